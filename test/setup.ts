/** Runs once before all tests. */
export default function setup(): void {
  process.env['UV_THREADPOOL_SIZE'] = '16';
}
