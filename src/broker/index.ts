/** The broker's door. Modules meet only here: they write entities, read them, and follow the journal. */
export { createBroker, type Broker, type Reading } from './broker.ts';
export { contextTable, openContexts, openLibrary, type Contexts, type DownloadOptions } from './contexts/index.ts';
export { modelModes, modelTable, openModels, type Models, type ModelView, type NamedBytes } from './models/index.ts';
export { answerWords } from './ngsi/answers.ts';
export { operations, type Operation } from './ngsi/operations.ts';
export { headerParameters, pathParameters, urlParameters, type ParameterWords } from './ngsi/parameters.ts';
export { openLive, type Live, type LiveChange } from './live.ts';
export { brokerModule } from './module.ts';
export type { Decision, Looked } from './decision.ts';
export { transient } from './transient.ts';
export { isSimulated, simulatedAttribute, type RowsOf } from './readings.ts';
export { openTenants, tenantTable, type Tenants } from './tenants.ts';
export { hitDerivation, openSubscriptions, subscriptionTables, type Subscriptions } from './subscriptions/index.ts';
export { tileService, type Tiles } from './tiles/service.ts';
export { typeWord } from './pages/vocabulary/index.ts';
export { silentAfterMs } from './pages/heard.ts';
export { subscriptionPages } from './pages/subscriptions/index.ts';
export { pages, type PagesDeps } from './pages/index.ts';
