/** What can be done from here: one large button for the crew, the rest folded. */
import type { ComponentChildren, JSX } from 'preact';
import { Form, formatDateTime, localeOf, type Reader, Section, SelectField, TextField } from '../../../ui/index.ts';
import { canDo } from '../lifecycle.ts';
import { cancels, hasProof, over, pauses, priorities, type Order, type PersonStep } from '../schema.ts';
import { shortId } from '../tables.ts';
import type { Opened } from '../service.ts';
import { orderWords } from './messages/index.ts';
import type { OrderContent } from './order.tsx';
import type { Told } from './words.ts';

/** A form that does one step; nothing where the step leads nowhere. */
export function Step({
  order,
  step,
  reader,
  main = false,
  label,
  ahead = false,
  children,
}: {
  order: Order;
  step: PersonStep;
  reader: Reader;
  main?: boolean;
  /** Also where the step is not possible yet: a phone without a network goes on from what it knows. */
  ahead?: boolean;
  /** On the button; default: the step's own. */
  label?: string;
  children?: ComponentChildren;
}): JSX.Element | null {
  if (!ahead && !canDo(order, step)) return null;
  const t = orderWords(reader.language);
  return (
    <Form reader={reader} action={reader.to(`/console/orders/${shortId(order.id)}/steps`)}>
      <input type="hidden" name="step" value={step} />
      <input type="hidden" name="seen" value={order.handledStep} />
      {children}
      <p>
        <button class={main ? 'btn main' : 'btn'} type="submit">
          {label ?? t(`act.${step}`)}
        </button>
      </p>
    </Form>
  );
}

/** What belongs to a step, hidden while it is not possible. */
export function Ahead({
  order,
  step,
  isPossible = canDo(order, step),
  children,
}: {
  order: Order;
  step: PersonStep;
  isPossible?: boolean;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <div data-step={step} hidden={!isPossible}>
      {children}
    </div>
  );
}

/** Nothing is done to it any more, or not before it is sent back. */
const rests = ({ state }: Order): boolean => state === 'done' || over.includes(state);

/** The next step of the work, and what can come between. */
export function CrewActs({ opened, reader }: { opened: Opened; reader: Reader }): JSX.Element | null {
  const t = orderWords(reader.language);
  const { order } = opened;
  const common = { order, reader, ahead: true };
  if (rests(order)) return null;
  const [mayFinish, isProven] = [canDo(order, 'finish'), hasProof(order)];
  const resumes = order.state === 'paused' || order.state === 'returned';
  return (
    <section aria-labelledby="crew" class="first noprint">
      <h2 id="crew">{t('crewActs')}</h2>
      <div class="acts" data-begin={t('act.start')} data-resume={t('act.resume')}>
        <Ahead order={order} step="accept">
          <Step {...common} step="accept" main />
        </Ahead>
        <Ahead order={order} step="start">
          <Step
            {...common}
            step="start"
            main={order.state !== 'assigned'}
            label={t(resumes ? 'act.resume' : 'act.start')}
          />
        </Ahead>
        <p class="note" data-needs-proof hidden={!mayFinish || isProven}>
          {t('needsProof')}
        </p>
        <Ahead order={order} step="finish" isPossible={mayFinish && isProven}>
          <Step {...common} step="finish" main>
            <TextField
              id="finish-note"
              name="note"
              label={t('note')}
              help={t('noteHelp')}
              optionalWord={t('optional')}
            />
          </Step>
        </Ahead>
        <Ahead order={order} step="pause">
          <details>
            <summary>{t('act.pause')}</summary>
            <Step {...common} step="pause">
              <SelectField
                id="pause"
                name="reason"
                label={t('why')}
                options={pauses.map((value) => ({ value, text: t(`reason.${value}`) }))}
              />
              <TextField id="pause-note" name="note" label={t('note')} optionalWord={t('optional')} />
            </Step>
          </details>
        </Ahead>
        <Ahead order={order} step="decline">
          <details>
            <summary>{t('act.decline')}</summary>
            <Step {...common} step="decline">
              <TextField id="decline" name="reason" label={t('why')} />
            </Step>
          </details>
        </Ahead>
      </div>
    </section>
  );
}

export function ManagerActs({ content, told }: { content: OrderContent; told: Told }): JSX.Element {
  const { reader, timeZone } = told;
  const t = orderWords(reader.language);
  const { opened, crews } = content;
  const { order, assignee, hasWorked } = opened;
  const common = { order, reader };
  return (
    <section aria-labelledby="manage" class="noprint">
      <h2 id="manage">{t('managerActs')}</h2>
      <div class="acts">
        {canDo(order, 'close') &&
          (hasWorked ? (
            <p class="note">{t('fourEyes')}</p>
          ) : (
            <Step {...common} step="close" main>
              <TextField id="close-note" name="note" label={t('note')} optionalWord={t('optional')} />
            </Step>
          ))}
        <Step {...common} step="return">
          <TextField id="return" name="reason" label={t('whyReturned')} />
        </Step>
        {canDo(order, 'assign') && (
          <details id="assign" open={order.state === 'open'}>
            <summary>{t('act.assign')}</summary>
            <Step {...common} step="assign">
              <TextField id="crew-name" name="crew" label={t('crew')} help={t('crewHelp')} value={order.crew ?? ''} />
              {crews.length > 0 && (
                <SelectField
                  id="assignee"
                  name="assignee"
                  label={t('assignee')}
                  value={assignee ?? ''}
                  options={[
                    { value: '', text: t('nobody') },
                    ...crews.map(({ id, name }) => ({ value: id, text: name })),
                  ]}
                />
              )}
              <TextField id="department" name="department" label={t('department')} value={order.department ?? ''} />
            </Step>
          </details>
        )}
        {canDo(order, 'change') && (
          <details>
            <summary>{t('act.change')}</summary>
            <Step {...common} step="change">
              <SelectField
                id="priority"
                name="priority"
                label={t('priority')}
                value={String(order.priority)}
                options={priorities.map((value) => ({ value: String(value), text: t(`priority.${value}`) }))}
              />
              <TextField
                id="due"
                name="due"
                label={t('due')}
                help={t('dueHelp')}
                value={order.dueAt === undefined ? '' : formatDateTime(order.dueAt, 'en', timeZone)}
              />
            </Step>
          </details>
        )}
        {canDo(order, 'cancel') && (
          <details>
            <summary>{t('act.cancel')}</summary>
            <Step {...common} step="cancel">
              <SelectField
                id="cancel"
                name="reason"
                label={t('why')}
                options={cancels.map((value) => ({ value, text: t(`reason.${value}`) }))}
              />
              <TextField id="cancel-note" name="note" label={t('note')} optionalWord={t('optional')} />
            </Step>
          </details>
        )}
      </div>
    </section>
  );
}

/** What residents are told, in each language of the city; and notes of those at work. */
export function Words({ opened, told, city }: { opened: Opened; told: Told; city: OrderContent['city'] }): JSX.Element {
  const { reader } = told;
  const t = orderWords(reader.language);
  const { order, mayWork } = opened;
  const common = { order, reader };
  return (
    <Section id="tell" title={t('tell')} note={t(order.request === undefined ? 'tellNote' : 'tellNote.request')}>
      {order.publicText && (
        <ul class="rows">
          {Object.entries(order.publicText).map(([language, text]) => (
            <li lang={language} class="said">
              {text}
            </li>
          ))}
        </ul>
      )}
      {mayWork && (
        <div class="acts noprint">
          <details>
            <summary>{t('act.tell')}</summary>
            <Step {...common} step="tell">
              {city.languages.map((language) => (
                <div lang={language}>
                  <TextField
                    id={`text.${language}`}
                    name={`text.${language}`}
                    label={localeOf(language).name}
                    lines={2}
                    value={order.publicText?.[language] ?? ''}
                  />
                </div>
              ))}
            </Step>
          </details>
          <details>
            <summary>{t('act.note')}</summary>
            <Step {...common} step="note">
              <TextField id="note" name="note" label={t('note')} help={t('noteHelp')} lines={2} />
            </Step>
          </details>
        </div>
      )}
    </Section>
  );
}
