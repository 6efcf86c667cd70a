import type { ComponentChildren, JSX } from 'preact';
import { csrfField } from '../../http/index.ts';
import type { Reader } from '../site.tsx';

/**
 * A form that changes something: it carries the token of the reader's session. Where it sends a file, the token stands in the
 * address, since the server decides about the request before it takes the file.
 * @param action with language: `reader.to('/imports')`
 */
export function Form({
  reader,
  action,
  sendsFile = false,
  children,
}: {
  reader: Pick<Reader, 'who'>;
  action: string;
  sendsFile?: boolean;
  children: ComponentChildren;
}): JSX.Element {
  const token = reader.who.session?.csrf;
  const inAddress = sendsFile && token !== undefined;
  return (
    <form
      method="post"
      action={inAddress ? `${action}${action.includes('?') ? '&' : '?'}${csrfField}=${token}` : action}
      encType={sendsFile ? 'multipart/form-data' : undefined}
    >
      {token !== undefined && !inAddress && <input type="hidden" name={csrfField} value={token} />}
      {children}
    </form>
  );
}

/** One button that does one thing. */
export function Act({
  reader,
  action,
  text,
}: {
  reader: Pick<Reader, 'who'>;
  action: string;
  text: string;
}): JSX.Element {
  return (
    <Form reader={reader} action={action}>
      <p>
        <button class="btn" type="submit">
          {text}
        </button>
      </p>
    </Form>
  );
}

type Field = {
  readonly id: string;
  readonly label: string;
  readonly help?: ComponentChildren;
  /** What is wrong with the answer; it is read out with the field. */
  readonly wrong?: string;
  /** Shown after the label of an answer that may be left out. */
  readonly optionalWord?: string;
};

function Labelled({
  id,
  label,
  help,
  wrong,
  optionalWord,
  children,
}: Field & { children: ComponentChildren }): JSX.Element {
  return (
    <div class={wrong === undefined ? 'field' : 'field bad'}>
      <label for={id}>
        {label} {optionalWord !== undefined && <span class="opt">{optionalWord}</span>}
      </label>
      {help !== undefined && (
        <p class="help" id={`${id}-help`}>
          {help}
        </p>
      )}
      {wrong !== undefined && (
        <p class="wrong" id={`${id}-wrong`}>
          {wrong}
        </p>
      )}
      {children}
    </div>
  );
}

const describedBy = ({ id, help, wrong }: Field): string | undefined =>
  [help !== undefined && `${id}-help`, wrong !== undefined && `${id}-wrong`].filter(Boolean).join(' ') || undefined;

export function TextField(
  props: Field & {
    name: string;
    value?: string;
    inputMode?: 'text' | 'search' | 'tel' | 'decimal';
    lines?: number;
    /** A password: not shown while it is typed. */
    secret?: boolean;
    autoComplete?: 'username' | 'current-password' | 'new-password' | 'off';
  },
): JSX.Element {
  const { id, name, value, inputMode, lines = 1, secret = false, autoComplete, wrong } = props;
  const aria = {
    'aria-describedby': describedBy(props),
    'aria-invalid': wrong === undefined ? undefined : true,
  } as const;
  const plain = { id, name, autocomplete: autoComplete, ...aria };
  return (
    <Labelled {...props}>
      {lines > 1 ? (
        <textarea id={id} name={name} rows={lines} {...aria}>
          {value}
        </textarea>
      ) : secret ? (
        <input type="password" {...plain} />
      ) : (
        <input type="text" inputMode={inputMode} {...plain} value={value} />
      )}
    </Labelled>
  );
}

export function SelectField(
  props: Field & { name: string; value?: string; options: readonly { value: string; text: string }[] },
): JSX.Element {
  const { id, name, value, options, wrong } = props;
  return (
    <Labelled {...props}>
      <select
        id={id}
        name={name}
        aria-describedby={describedBy(props)}
        aria-invalid={wrong === undefined ? undefined : true}
      >
        {options.map((option) => (
          <option value={option.value} selected={option.value === value}>
            {option.text}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

/** One question with a few answers to choose from. */
export function Picks({
  legend,
  name,
  value,
  options,
}: {
  legend: string;
  name: string;
  value?: string;
  options: readonly { value: string; text: string; help?: string }[];
}): JSX.Element {
  return (
    <fieldset class="step">
      <legend>{legend}</legend>
      {options.map((option) => (
        <label class="pick">
          <input type="radio" name={name} value={option.value} checked={option.value === value} />
          <span>
            {option.text}
            {option.help !== undefined && <small>{option.help}</small>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** One question with as many answers as one likes. */
export function Checks({
  legend,
  name,
  values,
  options,
}: {
  legend: string;
  name: string;
  values: readonly string[];
  options: readonly { value: string; text: string }[];
}): JSX.Element {
  return (
    <fieldset class="step">
      <legend>{legend}</legend>
      {options.map(({ value, text }) => (
        <label class="pick">
          <input type="checkbox" name={name} value={value} checked={values.includes(value)} />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Stands above the form and leads to each answer that needs another look. */
export function ErrorSummary({
  title,
  items,
}: {
  title: string;
  items: readonly { id: string; text: string }[];
}): JSX.Element | null {
  if (items.length === 0) return null;
  return (
    <div class="errors" role="alert" tabIndex={-1} aria-labelledby="errors-title">
      <h2 id="errors-title">{title}</h2>
      <ul>
        {items.map(({ id, text }) => (
          <li>
            <a href={`#${id}`}>{text}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}
