/** A column: the member of the rows that it shows, its heading, and how many decimals its numbers have. */
export interface Column {
  readonly key: string;
  readonly heading: string;
  readonly decimals?: number;
}

export type Cell = string | number | undefined;

export type Row = Readonly<Record<string, Cell>>;

/** One table of results: printed for people, or written as JSON for programs. */
export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** What a reader has to know to read the numbers right. */
  readonly notes?: readonly string[];
}

export function printed({ title, columns, rows, notes = [] }: Table): string {
  const lines = rows.map((row) => columns.map((column) => text(row[column.key], column)));
  const widths = columns.map(({ heading }, index) =>
    Math.max(heading.length, ...lines.map((line) => (line[index] as string).length)),
  );
  const isNumber = columns.map(({ key }) => rows.every((row) => typeof row[key] !== 'string'));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => (isNumber[index] ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0)))
      .join('  ')
      .trimEnd();
  return [
    title,
    line(columns.map(({ heading }) => heading)),
    line(widths.map((width) => '-'.repeat(width))),
    ...lines.map(line),
    ...notes,
    '',
  ].join('\n');
}

function text(cell: Cell, { decimals = 0 }: Column): string {
  if (typeof cell !== 'number') return cell ?? '';
  return cell.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/** How a figure stands to what is accepted and what is aimed at. */
export type Verdict = 'aim' | 'accepted' | 'missed';

export function verdictOf(figure: number, accept: number, aim: number): Verdict {
  if (figure >= aim) return 'aim';
  return figure >= accept ? 'accepted' : 'missed';
}
