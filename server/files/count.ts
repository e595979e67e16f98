/** How many there are, in words: `count(2, 'file', 'files')` is “2 files”. */
export const count = (many: number, one: string, more: string): string => `${many} ${many === 1 ? one : more}`;
