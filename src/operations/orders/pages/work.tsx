/** What the crew fills in: checklist, proof, parts, time. */
import type { JSX } from 'preact';
import { Form, inLanguage, type Reader, Section, SelectField, Table, TextField } from '../../../ui/index.ts';
import { canDo } from '../lifecycle.ts';
import { over, partUnits, readingUnits, type Reading } from '../schema.ts';
import { shortId } from '../tables.ts';
import { minutesOf } from '../times.ts';
import type { Opened } from '../service.ts';
import { Ahead, Step } from './acts.tsx';
import { orderWords } from './messages/index.ts';
import { countedText, dayText, durationText, unitText, whoText, type Told } from './words.ts';

type Given = { readonly opened: Opened; readonly reader: Reader };

export function Checks({ opened, reader }: Given): JSX.Element {
  const { language } = reader;
  const t = orderWords(language);
  const { order, mayWork } = opened;
  const { items } = order.checklist;
  const done = items.filter((item) => item.done).length;
  const changes = mayWork && order.state !== 'done' && !over.includes(order.state);
  return (
    <Section id="checklist" title={t('checklist')} note={t('checklistDone', { done, all: items.length })}>
      <ul class="rows checklist" data-tick={t('tick')} data-untick={t('untick')}>
        {items.map(({ id, text, done: isDone }) => {
          const words = inLanguage(text, language);
          return (
            <li data-item={id} data-done={isDone ? 'true' : undefined}>
              <span lang={words.language === language ? undefined : words.language}>
                <span class="mark">{isDone ? '✓' : '–'}</span> {words.text}
                <span class="hide"> ({t(isDone ? 'isDone' : 'isOpen')})</span>
              </span>
              {changes && (
                <Ahead order={order} step="check">
                  <Form reader={reader} action={reader.to(`/console/orders/${shortId(order.id)}/steps`)}>
                    <input type="hidden" name="step" value="check" />
                    <input type="hidden" name="item" value={id} />
                    <input type="hidden" name="done" value={isDone ? 'false' : 'true'} />
                    <button class="btn" type="submit" aria-label={`${t(isDone ? 'untick' : 'tick')}: ${words.text}`}>
                      {t(isDone ? 'untick' : 'tick')}
                    </button>
                  </Form>
                </Ahead>
              )}
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

const readingText = ({ name, value, unitCode }: Reading, language: string): string =>
  `${name}: ${countedText(value, unitCode, language)}`;

export function Proof({ opened, told }: { opened: Opened; told: Told }): JSX.Element {
  const { reader } = told;
  const { language } = reader;
  const t = orderWords(language);
  const { order, mayWork } = opened;
  const id = shortId(order.id);
  const { photos, readings } = order;
  return (
    <Section id="proof" title={t('proof')} note={t('proofNote')}>
      {photos.length + readings.length === 0 && <p class="note">{t('noProof')}</p>}
      {photos.length > 0 && (
        <ul class="photos">
          {photos.map(({ n, at, caption }) => (
            <li>
              <figure>
                <a href={`/console/orders/${id}/photos/${n}`}>
                  <img
                    src={`/console/orders/${id}/photos/${n}`}
                    alt={caption ?? t('photo', { n })}
                    loading="lazy"
                    width="320"
                  />
                </a>
                <figcaption>{[caption, dayText(at, told)].filter(Boolean).join(' · ')}</figcaption>
              </figure>
              {mayWork && canDo(order, 'dropPhoto') && (
                <details class="noprint">
                  <summary>{t('act.dropPhoto')}</summary>
                  <Step order={order} reader={reader} step="dropPhoto">
                    <input type="hidden" name="n" value={n} />
                    <TextField id={`drop-${n}`} name="reason" label={t('why')} />
                  </Step>
                </details>
              )}
            </li>
          ))}
        </ul>
      )}
      {readings.length > 0 && (
        <ul class="rows">
          {readings.map((reading) => (
            <li>
              <b>{readingText(reading, language)}</b>
              <p class="proof">
                {dayText(reading.observedAt ?? reading.at, told)} ·{' '}
                {reading.entity === undefined ? (
                  t('typed')
                ) : (
                  <a href={reader.to(`/entities/${encodeURIComponent(reading.entity)}`)}>{t('readOff')}</a>
                )}
              </p>
            </li>
          ))}
        </ul>
      )}
      {mayWork && <GiveProof opened={opened} reader={reader} />}
    </Section>
  );
}

function GiveProof({ opened: { order }, reader }: Given): JSX.Element {
  const { language } = reader;
  const t = orderWords(language);
  const optionalWord = t('optional');
  const common = { order, reader, ahead: true };
  return (
    <div class="acts noprint">
      <Ahead order={order} step="photo">
        <Form reader={reader} action={reader.to(`/console/orders/${shortId(order.id)}/photos`)} sendsFile>
          <div class="field">
            <label for="photo">{t('act.photo')}</label>
            <p class="help" id="photo-help">
              {t('photoHelp')}
            </p>
            <input
              type="file"
              id="photo"
              name="photo"
              accept="image/jpeg,image/png,image/webp"
              aria-describedby="photo-help"
              required
            />
          </div>
          <TextField id="caption" name="caption" label={t('caption')} optionalWord={optionalWord} />
          <p>
            <button class="btn" type="submit">
              {t('act.photo')}
            </button>
          </p>
        </Form>
      </Ahead>
      <Ahead order={order} step="reading">
        <details>
          <summary>{t('typedReading')}</summary>
          <Step {...common} step="reading">
            <TextField id="reading-name" name="name" label={t('readingName')} help={t('readingNameHelp')} />
            <TextField id="reading-value" name="value" label={t('value')} inputMode="decimal" />
            <SelectField
              id="reading-unit"
              name="unit"
              label={t('unit')}
              options={readingUnits.map((value) => ({
                value,
                text: value === 'C62' ? t('noUnit') : unitText(value, language),
              }))}
            />
          </Step>
        </details>
      </Ahead>
      {order.asset !== undefined && canDo(order, 'reading') && (
        <details data-online>
          <summary>{t('cityReading')}</summary>
          <Step {...common} step="reading">
            <TextField id="attribute" name="attribute" label={t('attribute')} help={t('attributeHelp')} />
          </Step>
        </details>
      )}
    </div>
  );
}

export function Parts({ opened, reader }: Given): JSX.Element {
  const { language } = reader;
  const t = orderWords(language);
  const { order, mayWork } = opened;
  return (
    <Section id="parts" title={t('parts')}>
      {order.parts.length === 0 ? (
        <p class="note">{t('noParts')}</p>
      ) : (
        <Table
          label={t('parts')}
          columns={[
            { head: t('part'), cell: ({ name }: Opened['order']['parts'][number]) => name },
            { head: t('number'), cell: ({ number, unit }) => countedText(number, unit, language), numeric: true },
          ]}
          rows={order.parts}
        />
      )}
      {mayWork && !over.includes(order.state) && (
        <div class="acts noprint">
          <Ahead order={order} step="part">
            <details>
              <summary>{t('act.part')}</summary>
              <Step order={order} reader={reader} step="part" ahead>
                <TextField id="part-name" name="name" label={t('part')} help={t('partHelp')} />
                <TextField id="part-number" name="number" label={t('number')} inputMode="decimal" />
                <SelectField
                  id="part-unit"
                  name="unit"
                  label={t('unit')}
                  options={partUnits.map((value) => ({ value, text: unitText(value, language) }))}
                />
              </Step>
            </details>
          </Ahead>
        </div>
      )}
    </Section>
  );
}

export function Times({ opened, told }: { opened: Opened; told: Told }): JSX.Element {
  const { reader } = told;
  const { language } = reader;
  const t = orderWords(language);
  const { order, times, mayWork } = opened;
  const isRunning = times.some(({ who, since }) => who === reader.who.id && since !== undefined);
  const spent = (minutes: number): string => durationText(minutes * 60_000, language);
  return (
    <Section
      id="times"
      title={t('times')}
      note={times.length > 1 ? t('timesSum', { time: spent(minutesOf(times)) }) : undefined}
    >
      {times.length === 0 ? (
        <p class="note">{t('noTimes')}</p>
      ) : (
        <ul class="rows">
          {times.map(({ who, minutes, since }) => (
            <li>
              {whoText(who, told)}: <b>{spent(minutes)}</b>
              {since !== undefined && ` · ${t('atWorkSince', { time: dayText(since, told) })}`}
            </li>
          ))}
        </ul>
      )}
      {mayWork && (
        <div class="acts noprint">
          {isRunning ? (
            <Step order={order} reader={reader} step="clockOut" />
          ) : (
            <Step order={order} reader={reader} step="clockIn" />
          )}
          {canDo(order, 'time') && (
            <details>
              <summary>{t('act.time')}</summary>
              <Step order={order} reader={reader} step="time">
                <TextField id="minutes" name="minutes" label={t('minutes')} inputMode="decimal" />
              </Step>
            </details>
          )}
        </div>
      )}
    </Section>
  );
}
