import { Breadcrumb, type PageContent, type Reader, TextField } from '../../../ui/index.ts';
import { logWords } from './messages/index.ts';

/** `/log/check`: a receipt checked by the reader's own browser. @param key what this city says that its log's key is */
export function checkPage(key: string, witnesses: readonly string[], reader: Reader): PageContent {
  const { language, to } = reader;
  const t = logWords(language);
  return {
    title: t('checkReceipt'),
    section: '/log',
    description: t('checkReceiptText'),
    islands: ['receipt'],
    main: (
      <>
        <Breadcrumb label={t('title')} items={[{ text: t('title'), href: to('/log') }, { text: t('checkReceipt') }]} />
        <h1>{t('checkReceipt')}</h1>
        <p class="lede">{t('checkReceiptText')}</p>
        <noscript>
          <p>{t('checkNoScript')}</p>
        </noscript>
        <form id="receipt-check" class="steps" hidden>
          <div class="field">
            <label for="receipt">{t('receiptFile')}</label>
            <input id="receipt" type="file" accept=".tlog-proof" required />
          </div>
          <TextField id="log-key" name="log" label={t('key')} help={t('keyHelp')} value={key} lines={2} />
          <TextField
            id="witness-keys"
            name="witnesses"
            label={t('witnessKeys')}
            help={t('witnessKeysHelp')}
            value={witnesses.join('\n')}
            lines={3}
          />
          <p>
            <button class="btn main" type="submit">
              {t('checkNow')}
            </button>
          </p>
        </form>
        <div
          id="receipt-result"
          role="status"
          data-good={t('holds')}
          data-trouble={t('holdsNot')}
          data-unwitnessed={t('notWitnessed')}
        />
      </>
    ),
  };
}
