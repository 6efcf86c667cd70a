/** Contexts of Smart Data Models that come with the program: naming one of them asks nothing of the network. */
import device from './contexts/Device.json' with { type: 'json' };
import fiware from './contexts/FIWARE.json' with { type: 'json' };
import issueTracking from './contexts/IssueTracking.json' with { type: 'json' };
import keyPerformanceIndicator from './contexts/KeyPerformanceIndicator.json' with { type: 'json' };
import { documentOf, type ContextDocument, type TermTable } from './core.ts';

const subjects: Record<string, TermTable> = {
  Device: device,
  IssueTracking: issueTracking,
  KeyPerformanceIndicator: keyPerformanceIndicator,
};

/** Where a subject's context is published: the repository's file, or the same as a page of it. */
const subjectPattern =
  /^https?:\/\/(?:raw\.githubusercontent\.com\/smart-data-models\/dataModel\.(\w+)\/(?:refs\/heads\/)?master|smart-data-models\.github\.io\/dataModel\.(\w+))\/context\.jsonld$/;
/** The models that FIWARE published before they became Smart Data Models. */
const fiwarePattern =
  /^https?:\/\/(?:schema\.lab\.fiware\.org\/ld\/context|fiware\.github\.io\/data-models\/context\.jsonld)$/;

/**
 * A bundled context of Smart Data Models as a document; undefined for other addresses. The context of all subjects
 * together (`smartdatamodels.org/context.jsonld`) is not among them: a part of it would expand the rest wrongly.
 */
export function modelDocument(url: string): ContextDocument | undefined {
  const match = subjectPattern.exec(url);
  const subject = match?.[1] ?? match?.[2] ?? '';
  const table = Object.hasOwn(subjects, subject) ? subjects[subject] : fiwarePattern.test(url) ? fiware : undefined;
  return table && documentOf(table);
}
