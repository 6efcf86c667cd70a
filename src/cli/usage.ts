/** The command line was not understood: exit code 2 and a sentence that names the option and what it wants. */
export class WrongUsage extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'WrongUsage';
  }
}
