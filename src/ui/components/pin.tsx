import type { JSX } from 'preact';

/** Shape says kind: trouble a triangle, warn a diamond, event a disc, work a square. */
export type PinShape = 'trouble' | 'warn' | 'event' | 'work';

/** Drawn round the origin, about 30 units wide, so that a map may scale it. */
export function PinBody({ shape, number }: { shape: PinShape; number?: number | string }): JSX.Element {
  const body = {
    trouble: <path class="body" d="M0-15 16 13H-16Z" />,
    warn: <path class="body" d="M0-16 16 0 0 16-16 0Z" />,
    event: <circle class="body" r="13" />,
    work: <rect class="body" x="-12" y="-12" width="24" height="24" />,
  }[shape];
  const kind = shape === 'trouble' || shape === 'warn' ? shape : 'norm';
  return (
    <g class={`pin ${kind}`}>
      <circle class="ring" r="22" fill="transparent" />
      {body}
      {number !== undefined && (
        <text y={shape === 'trouble' ? 9 : 5} aria-hidden="true">
          {number}
        </text>
      )}
    </g>
  );
}

/** A pin beside a row or in a legend. */
export function PinIcon({ shape, number }: { shape: PinShape; number?: number | string }): JSX.Element {
  return (
    <svg viewBox="-18 -18 36 36" aria-hidden="true" focusable="false">
      <PinBody shape={shape} {...(number !== undefined && { number })} />
    </svg>
  );
}
