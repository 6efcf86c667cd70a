/** Cedar, as far as policies need it. The only file that knows the package; it carries its WebAssembly with it. */
import type { DetailedError, EntityJson, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';

export type { EntityJson, PolicyJson };

/** `at`: place in the text, in UTF-16 units as JavaScript counts. */
export type CedarFault = { readonly message: string; readonly at: number };

/** What is asked of a set of policies; entities hold the principal and the resource with their groups. */
export type CedarRequest = {
  readonly principal: EntityJson;
  readonly action: string;
  readonly resource: EntityJson;
  readonly context: Readonly<Record<string, boolean>>;
};

/** `policies`: ids of those that decided: permits of an allowance, forbids of a refusal; none when nothing permits it. */
export type CedarAnswer = { readonly allowed: boolean; readonly policies: readonly string[] };

export type Cedar = {
  /** @returns the policy as a tree, or what is wrong with it */
  parse(text: string): PolicyJson | readonly CedarFault[];
  /** Types of resources that each action is done to. @throws Error for a schema that is none: it comes with the program */
  actions(schema: string): ReadonlyMap<string, readonly string[]>;
  /** What the schema says against policies, by their id. */
  validate(schema: string, policies: Readonly<Record<string, string>>): ReadonlyMap<string, readonly CedarFault[]>;
  /** Makes a set of policies ready to be asked, under a name of its own. */
  load(name: string, policies: Readonly<Record<string, string>>): (request: CedarRequest) => CedarAnswer;
};

/** A policy that can never say anything is a mistake; what else Cedar warns of (scripts mixed in a text) is not. */
const idle = /impossible|unable to find an applicable action/;

/** Loads the engine: some 25 ms, once. */
export async function openCedar(): Promise<Cedar> {
  const engine = await import('@cedar-policy/cedar-wasm/nodejs');
  return {
    parse(text) {
      const answer = engine.policyToJson(text);
      return answer.type === 'success' ? answer.json : answer.errors.map((error) => faultOf(error, text));
    },
    actions(schema) {
      const answer = engine.schemaToJson(schema);
      if (answer.type === 'failure') throw new Error(`the schema of policies: ${answer.errors[0]?.message}`);
      const { actions = {} } = answer.json[''] ?? {};
      return new Map(Object.entries(actions).map(([name, { appliesTo }]) => [name, appliesTo?.resourceTypes ?? []]));
    },
    validate(schema, policies) {
      const answer = engine.validate({ schema, policies: { staticPolicies: { ...policies } } });
      if (answer.type === 'failure') throw new Error(`policies cannot be checked: ${answer.errors[0]?.message}`);
      const warnings = answer.validationWarnings.filter(({ error }) => idle.test(error.message));
      const faults = new Map<string, CedarFault[]>();
      for (const { policyId, error } of [...answer.validationErrors, ...warnings]) {
        const known = faults.get(policyId) ?? [];
        faults.set(policyId, [...known, faultOf(error, policies[policyId] ?? '')]);
      }
      return faults;
    },
    load(name, policies) {
      const answer = engine.preparsePolicySet(name, { staticPolicies: { ...policies } });
      if (answer.type === 'failure') throw new Error(`policies cannot be loaded: ${answer.errors[0]?.message}`);
      return ({ principal, action, resource, context }) => {
        const asked = engine.statefulIsAuthorized({
          principal: principal.uid,
          action: { type: 'Action', id: action },
          resource: resource.uid,
          context: { ...context },
          preparsedPolicySetId: name,
          entities: [principal, resource],
        });
        if (asked.type === 'failure') throw new Error(`Cedar cannot answer: ${asked.errors[0]?.message}`);
        const { decision, diagnostics } = asked.response;
        // A forbid that fails would forbid nothing: whoever asks is refused.
        const failed = diagnostics.errors.map(({ policyId }) => policyId);
        if (failed.length > 0) return { allowed: false, policies: failed };
        return { allowed: decision === 'allow', policies: diagnostics.reason.toSorted() };
      };
    },
  };
}

/** Cedar counts in bytes of UTF-8, and names policies by ids that it was given and the reader was not. */
function faultOf({ message, help, sourceLocations = [] }: DetailedError, text: string): CedarFault {
  const [place] = sourceLocations;
  const said = message.replace(/^(for|failed to parse) policy( with id)?( `[^`]*`)?( from string)?[:,] /, '');
  const wanted = [place?.label, help].filter((part) => part !== undefined && part !== null).join('; ');
  return {
    message: wanted === '' ? said : `${said} (${wanted})`,
    at: Buffer.from(text)
      .subarray(0, place?.start ?? 0)
      .toString().length,
  };
}
