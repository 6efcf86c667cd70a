export { contextPath, openContexts, type ContextDetails, type Contexts } from './contexts.ts';
export type { DownloadOptions } from './downloads.ts';
export { openLibrary, type Library } from './library.ts';
export { contextKinds, contextTable, type ContextKind } from './shelf.ts';
