import { Table, Text } from '@mantine/core';
import { dollars } from '../../../policies/price.ts';
import { sayCount, sayShare } from '../../app/words.ts';
import type { NodeTraffic, Traffic } from './traffic.ts';

const LABEL = 'Requests by node and way';

/** The numbers of the drawing as a table, for those who would rather read. */
export function TrafficTable({ traffic }: { readonly traffic: Traffic }) {
  return (
    <Table.ScrollContainer minWidth={760} tabIndex={0} aria-label={LABEL}>
      <Table verticalSpacing={6}>
        <caption className="traffic-caption">{LABEL}</caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Node</Table.Th>
            <Table.Th scope="col">Way</Table.Th>
            <Table.Th scope="col" ta="right">
              Requests
            </Table.Th>
            <Table.Th scope="col" ta="right">
              Share of all
            </Table.Th>
            <Table.Th scope="col" ta="right">
              Failed in the end
            </Table.Th>
            <Table.Th scope="col" ta="right">
              Cost in the end
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {traffic.nodes.map((node) => (
            <Rows key={node.id} node={node} total={traffic.total} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Rows({ node, total }: { readonly node: NodeTraffic; readonly total: number }) {
  const { id, title, ports, stayed, came } = node;
  const lines = ports.map(({ port, label, to, requests, share, errors, cost }) => ({
    key: port,
    way: `${label}${to === null ? ', which ends there' : ` → ${to}`}`,
    requests,
    share,
    errors,
    cost,
  }));
  if (stayed.requests > 0 || ports.length === 0) {
    const share = total === 0 ? 0 : stayed.requests / total;
    lines.push({ key: ' stayed', way: 'ended here', share, ...stayed });
  }
  return lines.map(({ key, way, requests, share, errors, cost }, i) => (
    <Table.Tr key={`${id} ${key}`}>
      {i === 0 ? (
        <Table.Th scope="rowgroup" rowSpan={lines.length} fw={600} className="traffic-node">
          {title}
          <Text span size="sm" c="dimmed" display="block" fw={400}>
            {came === 0 ? 'no request came here' : `${sayCount(came)} came here`}
          </Text>
        </Table.Th>
      ) : null}
      <Table.Td>{way}</Table.Td>
      {requests === 0 ? (
        <Table.Td colSpan={4} ta="right" c="dimmed">
          never taken
        </Table.Td>
      ) : (
        <>
          <Table.Td ta="right">{sayCount(requests)}</Table.Td>
          <Table.Td ta="right">{sayShare(share)}</Table.Td>
          <Table.Td ta="right">{sayCount(errors)}</Table.Td>
          <Table.Td ta="right">{dollars(cost)}</Table.Td>
        </>
      )}
    </Table.Tr>
  ));
}
