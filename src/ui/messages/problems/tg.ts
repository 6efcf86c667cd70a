import type { ProblemKind } from '../../../base/problem.ts';
import type { Messages } from '../../catalogue.ts';

/** Native review: none. */
export const tg: Messages<ProblemKind> = {
  'invalid-request': 'Дархост фаҳмо нашуд.',
  'bad-data': 'Маълумот дуруст нест.',
  unauthorized: 'Аввал ворид шавед.',
  forbidden: 'Ба шумо ин иҷозат нест.',
  'too-complex': 'Пурсиш хеле мураккаб аст. Камтар пурсед.',
  'too-many-results': 'Натиҷаҳо аз ҳад зиёданд. Пурсишро маҳдуд кунед.',
  'not-found': 'Дар ин суроға чизе нест.',
  'unknown-tenant': 'Чунин муштарӣ вуҷуд надорад.',
  'method-not-allowed': 'Ин корро дар ин ҷо кардан мумкин нест.',
  'not-acceptable': 'Ҷавоб дар шакли дархостшуда нест.',
  'already-exists': 'Ин аллакай вуҷуд дорад.',
  conflict: 'Ин бо он чи ҳоло ҳаст, мувофиқ нест. Аз нав бинед ва такрор кунед.',
  'length-required': 'Дарозии паём нишон дода нашудааст.',
  'too-large': 'Ҳаҷмаш аз ҳад калон аст.',
  'unsupported-media-type': 'Ин навъи файл ё паём фаҳмо нест.',
  'not-supported': 'Ин амал дастгирӣ намешавад.',
  'too-many-requests': 'Кӯшишҳо аз ҳад зиёданд. Каме интизор шавед.',
  'not-multi-tenant': 'Ин шаҳр як маҷмӯи маълумот дорад, дигараш нест.',
  internal: 'Хатои мо. Он сабт шуд.',
  unreachable: 'Сервери дигар ҷавоби қобили истифода надод.',
  overloaded: 'Ҳоло кор бисёр аст. Баъди чанд лаҳза такрор кунед.',
  'context-unavailable': 'Луғати зарурӣ дастнорас аст.',
};
