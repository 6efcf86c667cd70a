import type { ProblemKind } from '../../../base/problem.ts';
import type { Messages } from '../../catalogue.ts';

/** Native review: none. */
export const kk: Messages<ProblemKind> = {
  'invalid-request': 'Сұрау түсініксіз болды.',
  'bad-data': 'Деректер дұрыс емес.',
  unauthorized: 'Алдымен кіріңіз.',
  forbidden: 'Сізге бұған рұқсат жоқ.',
  'too-complex': 'Сұрау тым күрделі. Азырақ сұраңыз.',
  'too-many-results': 'Нәтижелер тым көп. Сұрауды нақтылаңыз.',
  'not-found': 'Бұл мекенжайда ештеңе жоқ.',
  'unknown-tenant': 'Мұндай жалға алушы жоқ.',
  'method-not-allowed': 'Мұны бұл жерде жасауға болмайды.',
  'not-acceptable': 'Жауап сұралған түрде жоқ.',
  'already-exists': 'Бұл бұрыннан бар.',
  conflict: 'Бұл қазіргі күйге сәйкес келмейді. Қайта қарап, қайталаңыз.',
  'length-required': 'Хабардың ұзындығы көрсетілмеген.',
  'too-large': 'Көлемі тым үлкен.',
  'unsupported-media-type': 'Файлдың немесе хабардың бұл түрі түсініксіз.',
  'not-supported': 'Бұл әрекетке қолдау жоқ.',
  'too-many-requests': 'Әрекет тым көп. Сәл күтіңіз.',
  'not-multi-tenant': 'Бұл қалада бір ғана деректер жинағы бар, басқасы жоқ.',
  internal: 'Қате біздің тарапта. Ол жазылды.',
  unreachable: 'Басқа сервер жарамды жауап бермеді.',
  overloaded: 'Қазір жүктеме тым көп. Сәлден соң қайталаңыз.',
  'context-unavailable': 'Қажетті сөздікке қол жетпейді.',
};
