import type { Messages } from '../../../../ui/index.ts';
import type { SubscriptionsKey } from './en.ts';

/** Native review: none. */
export const ru: Messages<SubscriptionsKey> = {
  title: 'Подписки',
  none: 'Пока никто не подписан',
  noneText:
    'Здесь появятся программы, которые хотят знать об изменениях: сообщается ли им, что их ждёт и от чего они отказались.',
  allWell:
    '{n, plural, one {Доставляется {n, num} подписка} few {Доставляются все {n, num} подписки} many {Доставляются все {n, num} подписок} other {Доставляются все {n, num} подписки}}',
  someFail: 'Не доставляются сейчас: {n, num} из {all, num} подписок',
  lede: 'Кому сообщается об изменениях и доходит ли это. Что не дошло, отправляется снова в течение семи дней.',
  name: 'Подписка',
  state: 'Состояние',
  waiting: 'Ждёт',
  refusedMany: 'Отклонено',
  endpoint: 'Куда',
  tenant: 'Арендатор',
  state_paused: 'приостановлена',
  state_expired: 'истекла',
  delivered: 'доставлено {ago}',
  failing:
    'не удаётся: {n, plural, one {{n, num} попытка} few {{n, num} попытки} many {{n, num} попыток} other {{n, num} попытки}} подряд',
  nothingYet: 'пока не о чем сообщать',
  howIt: 'Как обстоят дела',
  lastError: 'Последняя неудача',
  oldest: 'с {time}',
  noneWaiting: 'ничего',
  hits: '{n, plural, one {{n, num} изменение} few {{n, num} изменения} many {{n, num} изменений} other {{n, num} изменения}}',
  place: 'Доставлено до изменения',
  kept: 'Хранится',
  keptNote: 'Доставленные изменения хранятся семь дней, чтобы их можно было отправить снова.',
  missed: 'Пропало до доставки',
  sent: 'Попытки',
  sentOf: '{sent, num}, из них неудачных {failed, num}',
  lastSuccess: 'Последний раз дошло',
  lastFailure: 'Последний раз не дошло',
  never: 'никогда',
  what: 'О чём просит',
  made: 'Создана',
  every: 'каждые {s, num} с',
  atMost: 'не чаще чем раз в {s, num} с',
  letters: 'Что отклонено',
  lettersNote:
    'Если адресат трижды отказался от уведомления, оно больше не отправляется, пока вы об этом не попросите.',
  noLetters: 'Ничего не отклонено',
  change: 'Изменение',
  entity: 'Что изменилось',
  reason: 'Ответ',
  attempts: 'Попытки',
  refusedAt: 'Отклонено',
  again: 'Отправить отклонённое снова',
  againDone:
    '{delivered, plural, =0 {Ничего не принято} one {Принято {delivered, num} уведомление} few {Принято {delivered, num} уведомления} many {Принято {delivered, num} уведомлений} other {Принято {delivered, num} уведомления}}, снова отклонено: {refused, num}, осталось: {left, num}.',
  back: 'Вернуться к изменению',
  backText: 'Всё, что хранится начиная с этого изменения, отправляется ещё раз, по порядку.',
  backFrom: 'Номер изменения',
  backDo: 'Отправить снова с этого места',
  backDone:
    '{n, plural, =0 {С этого места ничего не хранится} one {Снова отправляется {n, num} изменение} few {Снова отправляются {n, num} изменения} many {Снова отправляются {n, num} изменений} other {Снова отправляются {n, num} изменения}}.',
  stream: 'Как поток',
  json: 'Как JSON',
};
