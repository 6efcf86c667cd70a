/** The door of the design system. Modules build their pages from these; nothing here knows a word of the domain. */
export { type Assets, buildAssets } from './assets.ts';
export {
  catalogue,
  type Catalogue,
  fullLanguages,
  type Messages,
  missingMessages,
  type Translate,
} from './catalogue.ts';
export { Bar, type ChartPanel, type ChartProps, Sparkline, TimeChart } from './chart.tsx';
export { Code } from './components/code.tsx';
export { Act, Checks, ErrorSummary, Form, Picks, SelectField, TextField } from './components/form.tsx';
export {
  Breadcrumb,
  type Choice,
  Choices,
  Empty,
  Facts,
  Links,
  Numbers,
  type PinnedRow,
  PinnedRows,
  Rows,
  Section,
  StateBanner,
  type TimedRow,
  TimedRows,
} from './components/list.tsx';
export { PageLinks, pageAsked, pageOf, type PageOf } from './components/paging.tsx';
export { PinBody, PinIcon, type PinShape } from './components/pin.tsx';
export { Quoted, Simulated, type State, Status, WithDetail } from './components/status.tsx';
export { type Column, Table } from './components/table.tsx';
export { kitRoutes } from './kit.tsx';
export { CityMap, type MapProps } from './map.tsx';
export type { MapDots, MapPin } from './mapPicture.ts';
export { uiWords } from './messages/index.ts';
export { problemWords } from './messages/problems/index.ts';
export { localPath } from './localPath.ts';
export { negotiateLanguage } from './negotiate.ts';
export { centroid, insideRing } from './projection.ts';
export {
  type City,
  type CitySearch,
  districtAt,
  inLanguage,
  languages,
  type Language,
  type Position,
  type SearchResult,
  type Watch,
  type Words,
} from '../city/index.ts';
export { type Bucket, digitsFor, numberText, toBuckets } from './series.ts';
export { createSite, type FormAct, type NavigationEntry, type PageContent, type Reader, type Site } from './site.tsx';
export * from './locales/index.ts';
