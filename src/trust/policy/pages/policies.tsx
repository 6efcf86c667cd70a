import type { JSX } from 'preact';
import { actions, type Action, type Resource } from '../../../http/principal.ts';
import {
  Code,
  Links,
  Section,
  SelectField,
  StateBanner,
  Status,
  Table,
  TextField,
  type PageContent,
  type Reader,
} from '../../../ui/index.ts';
import { inShort, type Answer, type Line } from '../answers.ts';
import { irisOf } from '../groups.ts';
import type { Policies } from '../policies.ts';
import { policyWords } from './messages/index.ts';

type Words = ReturnType<typeof policyWords>;

/** What was asked, and what the policies say to it. */
export type Asked = {
  readonly action: Action;
  readonly of: string;
  readonly resource: Resource | undefined;
  readonly answers: readonly Answer[];
};

export type PolicyContent = {
  readonly policies: Policies;
  /** False under `--auth off`. */
  readonly inForce: boolean;
  readonly asked: Asked | undefined;
  readonly overview: readonly { readonly action: Action; readonly answers: readonly Answer[] }[];
};

/** `/policies`: who may do what, which rule says so, and the files themselves. */
export function policyPage({ policies, inForce, asked, overview }: PolicyContent, reader: Reader): PageContent {
  const { language, to } = reader;
  const t = policyWords(language);
  return {
    title: t('title'),
    description: t('lede'),
    main: (
      <>
        <h1>{t('title')}</h1>
        <p class="lede">{t('lede')}</p>
        {!inForce && (
          <StateBanner>
            <b>{t('off')}</b> {t('offText')}
          </StateBanner>
        )}
        <Section id="ask" title={t('ask')} note={t('askNote')}>
          <form class="steps noprint" method="get" action={`${to('/policies')}#answers`}>
            <SelectField
              id="action"
              name="action"
              label={t('action')}
              value={asked?.action ?? 'readEntities'}
              options={actions.map((action) => ({ value: action, text: `${t(`action.${action}`)} (${action})` }))}
            />
            <TextField id="of" name="of" label={t('resource')} value={asked?.of ?? ''} />
            <p class="btns">
              <button type="submit" class="btn main">
                {t('show')}
              </button>
            </p>
          </form>
        </Section>
        {asked && <Answers asked={asked} policies={policies} t={t} />}
        <Section id="overview" title={t('overview')} note={t('overviewNote')}>
          <Table
            kind="vals"
            label={t('overview')}
            columns={[
              {
                head: t('action'),
                cell: ({ action }) => (
                  <a href={`${to('/policies')}?action=${action}#answers`}>{t(`action.${action}`)}</a>
                ),
              },
              { head: t('who'), class: 'line', cell: ({ answers }) => whoMay(answers, t) },
            ]}
            rows={overview}
          />
        </Section>
        <Files policies={policies} t={t} />
        <Links
          items={[
            { href: to('/log'), text: t('log') },
            { href: '/api/policies', text: 'JSON' },
          ]}
        />
      </>
    ),
  };
}

const states = { yes: 'good', partly: 'quiet', no: 'none' } as const;

function Answers({ asked, policies, t }: { asked: Asked; policies: Policies; t: Words }): JSX.Element {
  const { action, of, resource, answers } = asked;
  const rules = [...new Set(answers.flatMap((answer) => answer.rules))];
  const title = resource ? `${t(`action.${action}`)}: ${of}` : t(`action.${action}`);
  return (
    <>
      <Section id="answers" title={title} note={resource && groupsText(policies, resource, t)}>
        <Table
          kind="vals"
          label={title}
          columns={[
            { head: t('who'), cell: (line) => whomText(line, t) },
            {
              head: t('answer'),
              class: 'status',
              cell: ({ decision }) => <Status state={states[decision]}>{t(decision)}</Status>,
            },
            { head: t('because'), class: 'line', cell: (answer) => <Because answer={answer} t={t} /> },
          ]}
          rows={inShort(answers)}
        />
      </Section>
      {rules.length > 0 && (
        <Section id="rules" title={t('rules')}>
          {rules.map(({ id, file, line, text }) => (
            <>
              <h3 id={`rule-${id}`}>{id}</h3>
              <p class="proof">
                {file}:{line}
              </p>
              <Code label={id} text={text} />
            </>
          ))}
        </Section>
      )}
    </>
  );
}

function Because({ answer: { rules }, t }: { answer: Answer; t: Words }): JSX.Element {
  if (rules.length === 0) return <>{t('nothing')}</>;
  return (
    <>
      {rules.map(({ id, where }, at) => (
        <>
          {at > 0 && ', '}
          <a href={`#rule-${id}`}>{id}</a>
          {where && <small> {t('rows', { where: where.text })}</small>}
        </>
      ))}
    </>
  );
}

function groupsText({ groups }: Policies, { type, id }: Resource, t: Words): string | undefined {
  const kind = type === 'EntityType' ? 'types' : type === 'Attribute' ? 'attributes' : undefined;
  if (!kind) return undefined;
  const its = groups.filter((group) => group.kind === kind && group.of.some((name) => irisOf(name).includes(id)));
  return its.length === 0 ? t('inNoGroup') : t('inGroups', { groups: its.map(({ name }) => name).join(', ') });
}

function whomText({ whom: { kind, role }, only, all }: Line, t: Words): string {
  if (all) return t('who.everyPerson');
  const text = role && t(`role.${role}`);
  if (text === undefined) return t(`who.${kind}`);
  if (kind === 'service') return t('who.serviceRole', { role: text });
  return only ? t('who.personRole', { role: text }) : text;
}

/** In one line: those who may, at least in part; everybody where those without an account may. */
function whoMay(answers: readonly Answer[], t: Words): string {
  const may = inShort(answers).filter(({ whom, decision }) => decision !== 'no' && whom.kind !== 'system');
  const holds = (kind: Answer['whom']['kind']): boolean =>
    may.some(({ whom }) => whom.kind === kind && whom.role === undefined);
  if (holds('anonymous')) return t('everybody');
  const each = may
    .filter(({ whom }) => whom.role === undefined || !holds(whom.kind))
    .map((line) => {
      if (line.whom.role !== undefined) return whomText(line, t);
      if (line.whom.kind === 'person') return t('everyPerson');
      return line.whom.kind === 'service' ? t('everyProgram') : whomText(line, t);
    });
  return each.length === 0 ? t('nobody') : each.join(', ');
}

function Files({ policies, t }: { policies: Policies; t: Words }): JSX.Element {
  const version = policies.version.slice(0, 12);
  return (
    <Section id="files" title={t('files')} note={t('filesNote', { version })}>
      {policies.files.map(({ name, shipped, text }) => (
        <details>
          <summary>
            {name} <small>{t(shipped ? 'shipped' : 'own')}</small>
          </summary>
          <Code label={name} text={text} />
        </details>
      ))}
    </Section>
  );
}
