import type { ProblemKind } from '../../../base/problem.ts';
import type { Messages } from '../../catalogue.ts';

/** Native review: none. */
export const ru: Messages<ProblemKind> = {
  'invalid-request': 'Запрос не удалось понять.',
  'bad-data': 'Данные неверны.',
  unauthorized: 'Сначала войдите.',
  forbidden: 'Вам это не разрешено.',
  'too-complex': 'Запрос слишком сложен. Спросите о меньшем.',
  'too-many-results': 'Слишком много результатов. Уточните запрос.',
  'not-found': 'По этому адресу ничего нет.',
  'unknown-tenant': 'Такого арендатора нет.',
  'method-not-allowed': 'Здесь этого сделать нельзя.',
  'not-acceptable': 'Ответа в запрошенном виде нет.',
  'already-exists': 'Это уже существует.',
  conflict: 'Это не согласуется с тем, что есть сейчас. Посмотрите ещё раз и повторите.',
  'length-required': 'Не указана длина сообщения.',
  'too-large': 'Слишком большой объём.',
  'unsupported-media-type': 'Такой вид файла или сообщения не понимаем.',
  'not-supported': 'Это не поддерживается.',
  'too-many-requests': 'Слишком много попыток. Немного подождите.',
  'not-multi-tenant': 'У этого города один набор данных, выбирать не из чего.',
  internal: 'Ошибка на нашей стороне. Она записана.',
  unreachable: 'Другой сервер не дал пригодного ответа.',
  overloaded: 'Сейчас слишком большая нагрузка. Попробуйте чуть позже.',
  'context-unavailable': 'Нужный словарь недоступен.',
};
