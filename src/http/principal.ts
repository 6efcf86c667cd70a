/** Who asks. Every broker and service call takes one; `trust/policy` decides what it may see and do. */
export type Principal = {
  /** Opaque: of an account, a service account or a device. Never a name or an address. */
  readonly id: string;
  readonly kind: 'anonymous' | 'person' | 'service' | 'device' | 'system';
  /** Sorted. */
  readonly roles: readonly string[];
  /** Names of the tenants that it may enter beside the default one; absent: none. */
  readonly tenants?: readonly string[] | 'all';
  /** Of the city's administration; policies may limit rows to it. */
  readonly department?: string;
  /** Ids of the districts that it is limited to; absent: the whole city. */
  readonly areas?: readonly string[];
  /** What its key is limited to; absent: all that its roles allow. */
  readonly scope?: readonly Action[];
  /** Sources that it may send readings of: a device's, or those of a program's key; absent: none of its own. */
  readonly sources?: readonly string[];
  /** MQTT topics at and below which it may publish (`water/navrud/wm-02`), without wildcards; absent: none. */
  readonly topics?: readonly string[];
  /** The session of a browser; absent where a request carries its own proof (key, token, device). */
  readonly session?: {
    readonly id: string;
    readonly csrf: string;
    /** When its owner has shown who they are, ms. */
    readonly since: number;
    /** What has to be shown before the account's rights come with it. */
    readonly due?: 'second-factor';
  };
};

/** The platform itself: sweeps, retention, the simulator. */
export const systemPrincipal: Principal = { id: 'system', kind: 'system', roles: ['system'], tenants: 'all' };

/** Whoever has not said who it is; under `--auth off` everybody. */
export const anonymousPrincipal: Principal = { id: 'anonymous', kind: 'anonymous', roles: [] };

/** What can be done to a city, in the words that policies are written in. */
export const actions = [
  // What everybody may look at: pages about the city and its platform, documents, assets, signing in.
  'viewPublic',
  // The broker. Resources: EntityType, Attribute, Tenant.
  'readEntities',
  'seeAttribute',
  'writeEntities',
  'deleteEntities',
  'readContexts',
  'manageContexts',
  'manageModels',
  'subscribe',
  'manageSubscriptions',
  'enterTenant',
  'makeTenants',
  // What comes in. `readRefusals`: what was refused, word for word. Resources: Source, Topic.
  'readSources',
  'readRefusals',
  'sendReadings',
  'readImports',
  'importData',
  'publishTopic',
  'subscribeTopic',
  // Operations. Resource of what is done in a place: Area.
  'readOperations',
  'workAlarms',
  'manageRules',
  'writeNotices',
  'readOrders',
  'manageOrders',
  'doOrders',
  'controlDevices',
  'manageControls',
  // Trust.
  'readMetrics',
  'useAccount',
  'managePeople',
  'manageKeys',
  'readPolicies',
  'readLog',
  'openVault',
  'approveOpening',
  'readVaultLog',
  'manageRetention',
] as const;
export type Action = (typeof actions)[number];

/** What is acted on; `id` is an IRI, a topic, a source's id, the name of a tenant, the id of a district ('': of none). */
export type Resource = {
  readonly type: 'EntityType' | 'Attribute' | 'Tenant' | 'Source' | 'Topic' | 'Purpose' | 'Area';
  readonly id: string;
  /** Of a type of entities: in another tenant than the city's own. */
  readonly elsewhere?: boolean;
};
