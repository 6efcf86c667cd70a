/** The value of a command: a pick, a list or a number, as its range says. */
import type { JSX } from 'preact';
import { Picks, SelectField, TextField } from '../../../ui/index.ts';
import type { ControlPoint } from '../schema.ts';
import { controlWords } from './messages/index.ts';
import { valueText } from './words.ts';

/** As many values are offered to choose from; more are typed. */
const choicesMax = 21;

export function ValueField({
  point,
  value,
  language,
  wrong,
}: {
  point: ControlPoint;
  value: string;
  language: string;
  wrong: boolean;
}): JSX.Element {
  const t = controlWords(language);
  const said = wrong ? { wrong: t('wrong.value') } : {};
  if (point.options)
    return (
      <div id="value">
        <Picks
          legend={t('value')}
          name="value"
          value={value}
          options={point.options.map((option) => ({
            value: String(option.value),
            text: valueText(point, option.value, language),
          }))}
        />
      </div>
    );
  const offered = valuesOf(point);
  if (offered.length > 0)
    return (
      <SelectField
        id="value"
        name="value"
        label={t('value')}
        value={value}
        options={offered.map((one) => ({ value: String(one), text: valueText(point, one, language) }))}
        {...said}
      />
    );
  return (
    <TextField
      id="value"
      name="value"
      label={t('value')}
      inputMode="decimal"
      value={value}
      help={t('valueHelp', {
        min: valueText(point, point.range?.min ?? 0, language),
        max: valueText(point, point.range?.max ?? 0, language),
      })}
      {...said}
    />
  );
}

/** All values of a range with few steps. */
function valuesOf({ range }: ControlPoint): readonly number[] {
  if (range?.step === undefined) return [];
  const { min, max, step } = range;
  const count = Math.floor((max - min) / step + 1e-9) + 1;
  if (count > choicesMax) return [];
  return Array.from({ length: count }, (_, n) => Number((min + n * step).toFixed(9)));
}
