import { count, dateTime } from '../../components/formats.ts';
import type { ChartInput } from '../draw/chart-spec.ts';
import { type DataTable, numberCell, numberColumn, type Row, textCell } from '../draw/data-table.ts';
import { lineOf, valueName } from '../draw/names.ts';

export function usersTables({ answer }: Pick<ChartInput<'users'>, 'answer'>): readonly DataTable[] {
  const { users, total } = answer.result;
  const rows = users.map(({ user, device, events, firstSeen, lastSeen, last }): Row => {
    const name = lineOf(user ?? device ?? '–');
    const field = user === undefined ? 'device' : 'user';
    const value = user ?? device;
    const pick =
      value === undefined ? undefined : { label: name, from: answer.from, to: answer.to, filters: [{ field, value }] };
    return [
      textCell(name, { pick }),
      numberCell(events),
      { text: dateTime(firstSeen, answer.timeZone), value: Date.parse(firstSeen) },
      { text: dateTime(lastSeen, answer.timeZone), value: Date.parse(lastSeen) },
      textCell(lineOf(last.event)),
    ];
  });
  const columns = [
    { label: 'User or device' },
    numberColumn('Events'),
    { label: 'First seen' },
    { label: 'Last seen' },
    { label: 'Latest event' },
  ];
  const title = total > users.length ? `${count(users.length)} of ${count(total)} users` : `${count(total)} users`;
  return [{ title, columns, rows, empty: 'No matching users.' }];
}

export function timelineTables({ answer }: Pick<ChartInput<'timeline'>, 'answer'>): readonly DataTable[] {
  const rows = answer.result.events.map(
    ({ timestamp, event, device, data }): Row => [
      { text: dateTime(timestamp, answer.timeZone), value: Date.parse(timestamp) },
      textCell(lineOf(event)),
      textCell(lineOf(device ?? '–')),
      textCell(data === undefined ? '' : valueName(data)),
    ],
  );
  const columns = [{ label: 'Time' }, { label: 'Event' }, { label: 'Device' }, { label: 'Properties' }];
  return [{ title: 'Events', columns, rows, empty: 'No events in this range.' }];
}
