import type { ComponentChildren, JSX } from 'preact';
import { PinIcon, type PinShape } from './pin.tsx';

/** Up to four numbers that open a page: value, what it counts, and its proof. */
export function Numbers({
  items,
}: {
  items: readonly { value: string; label: string; proof?: ComponentChildren }[];
}): JSX.Element {
  return (
    <ul class="nums">
      {items.slice(0, 4).map(({ value, label, proof }) => (
        <li>
          <b>{value}</b>
          <span>{label}</span>
          {proof !== undefined && <small>{proof}</small>}
        </li>
      ))}
    </ul>
  );
}

/** Rows and rules, no cards. */
export function Rows({ items }: { items: readonly ComponentChildren[] }): JSX.Element {
  return (
    <ul class="rows">
      {items.map((item) => (
        <li>{item}</li>
      ))}
    </ul>
  );
}

export type PinnedRow = {
  /** The number on the map; it is the row's place too. */
  readonly number: number;
  readonly shape: PinShape;
  readonly title: string;
  readonly href?: string;
  readonly proof?: ComponentChildren;
  readonly text?: ComponentChildren;
};

/** The twin of a map: a row for each pin, reached from it by `#p1`. */
export function PinnedRows({ items }: { items: readonly PinnedRow[] }): JSX.Element {
  return (
    <ul class="rows pinned">
      {items.map(({ number, shape, title, href, proof, text }) => (
        <li id={`p${number}`}>
          <PinIcon shape={shape} number={number} />
          <div>
            <h3>{href === undefined ? title : <a href={href}>{title}</a>}</h3>
            {proof !== undefined && <p class="proof">{proof}</p>}
            {text !== undefined && <p>{text}</p>}
          </div>
        </li>
      ))}
    </ul>
  );
}

export type TimedRow = {
  readonly at: number;
  /** As shown: 08:39. */
  readonly time: string;
  readonly text: ComponentChildren;
  readonly proof?: ComponentChildren;
  /** A newer line with the same key takes its place. */
  readonly key?: string;
  /** The live list keeps two lines of a kind. */
  readonly kind?: string;
};

/**
 * What happened when, newest first. With `live`, the live island puts new rows on top: the list then carries what the
 * island needs to know as attributes.
 */
export function TimedRows({
  items,
  live,
}: {
  items: readonly TimedRow[];
  live?: { source: string; offsetMs: number; limit: number; entityPath: string };
}): JSX.Element {
  return (
    <ol
      class="rows timed"
      data-live={live?.source}
      data-offset={live?.offsetMs}
      data-limit={live?.limit}
      data-entity={live?.entityPath}
    >
      {items.map(({ at, time, text, proof, key, kind }) => (
        <li data-key={key} data-kind={kind}>
          <time dateTime={new Date(at).toISOString()}>{time}</time>
          <div>
            {text}
            {proof !== undefined && <p class="proof">{proof}</p>}
          </div>
        </li>
      ))}
    </ol>
  );
}

/** Name and value pairs, a handful. */
export function Facts({ items }: { items: readonly { name: string; value: ComponentChildren }[] }): JSX.Element {
  return (
    <dl class="facts">
      {items.map(({ name, value }) => (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  );
}

export type Choice = { readonly href: string; readonly text: ComponentChildren; readonly current: boolean };

/** Ranges and filters: links that the server answers. */
export function Choices({ label, items }: { label: string; items: readonly Choice[] }): JSX.Element {
  return (
    <ul class="range" aria-label={label}>
      {items.map(({ href, text, current }) => (
        <li>
          <a href={href} aria-current={current ? 'true' : undefined}>
            {text}
          </a>
        </li>
      ))}
    </ul>
  );
}

/** A row of links under a figure or list: CSV, JSON, print. */
export function Links({
  items,
}: {
  items: readonly (false | undefined | { href: string; text: string; download?: string })[];
}): JSX.Element {
  return (
    <ul class="links">
      {items.map(
        (item) =>
          item && (
            <li>
              <a href={item.href} download={item.download}>
                {item.text}
              </a>
            </li>
          ),
      )}
    </ul>
  );
}

/** Where this page stands; the last one is the page itself. */
export function Breadcrumb({
  label,
  items,
}: {
  label: string;
  items: readonly { text: string; href?: string }[];
}): JSX.Element {
  return (
    <nav aria-label={label}>
      <ol class="crumbs">
        {items.map(({ text, href }) => (
          <li>{href === undefined ? <span aria-current="page">{text}</span> : <a href={href}>{text}</a>}</li>
        ))}
      </ol>
    </nav>
  );
}

/** A part of a page: an ink rule, a heading, what follows. */
export function Section({
  id,
  title,
  note,
  children,
}: {
  id: string;
  title: ComponentChildren;
  note?: ComponentChildren;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {note !== undefined && <p class="note">{note}</p>}
      {children}
    </section>
  );
}

/** Says what will be here and how to begin. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="empty">
      <p>
        <b>{title}</b>
      </p>
      {children !== undefined && <p>{children}</p>}
    </div>
  );
}

/** Connection lost, data stale: stays until it is over; or `good`: what was just done. `hidden` when the live island shows it by need. */
export function StateBanner({
  id,
  hidden = false,
  good = false,
  children,
}: {
  id?: string;
  hidden?: boolean;
  good?: boolean;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <div class={good ? 'state good' : 'state'} role="status" id={id} hidden={hidden}>
      <p>
        <span class={good ? 'st good' : 'st warn'}>
          <span>{children}</span>
        </span>
      </p>
    </div>
  );
}
