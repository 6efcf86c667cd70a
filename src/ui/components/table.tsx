import type { ComponentChildren, JSX } from 'preact';

export type Column<R> = {
  readonly head: ComponentChildren;
  readonly cell: (row: R) => ComponentChildren;
  /** Right-aligned, figures under figures. */
  readonly numeric?: boolean;
  readonly class?: string;
  /** On a phone, where rows of `vals` have lost their heads, the head stands before the cell. */
  readonly headed?: boolean;
};

/**
 * A real table; the first column heads its rows.
 * @param kind `vals`: rows become short blocks on a phone (give the classes `line`, `when` and `status`); `tall`: scrolls by
 *   itself with its heads staying; `plain`: neither
 */
export function Table<R>({
  caption,
  label,
  columns,
  rows,
  kind = 'plain',
}: {
  caption?: ComponentChildren;
  /** Read out for the scrolling region. */
  label: string;
  columns: readonly Column<R>[];
  rows: readonly R[];
  kind?: 'plain' | 'vals' | 'tall';
}): JSX.Element {
  const classOf = ({ numeric, class: own }: Column<R>): string | undefined =>
    [numeric === true && 'num', own].filter(Boolean).join(' ') || undefined;
  return (
    <div class={kind === 'tall' ? 'scroll tall' : 'scroll'} tabIndex={0} role="group" aria-label={label}>
      <table class={kind === 'vals' ? 'vals' : undefined}>
        {caption !== undefined && <caption>{caption}</caption>}
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col" class={column.numeric === true ? 'num' : undefined}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {columns.map((column, i) => {
                const cell = column.cell(row);
                const headed = kind === 'vals' && column.headed === true && cell !== undefined && cell !== '';
                return i === 0 ? (
                  <th scope="row" class={classOf(column)}>
                    {cell}
                  </th>
                ) : (
                  <td class={classOf(column)}>
                    {headed && <span class="head">{column.head}</span>}
                    {cell}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
