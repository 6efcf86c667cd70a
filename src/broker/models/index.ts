export type { NamedBytes } from './bundle.ts';
export { modelModes, modelTable, openModels, type ModelMode, type Models, type ModelView } from './models.ts';
