/** One check: what all its runs have in common. */
import type { DomainName } from '../net/index.js';
import type { CheckArguments, CheckContext } from './check-host.js';
import { Expansions } from './expansions.js';
import { Questions } from './questions.js';

export class Check {
  readonly args: CheckArguments;
  readonly context: CheckContext;
  readonly domain: DomainName;
  readonly questions: Questions;
  /** Null until there are any: most checks meet no macro. */
  #expansions: Expansions | null = null;

  constructor(args: CheckArguments, context: CheckContext, domain: DomainName) {
    this.args = args;
    this.context = context;
    this.domain = domain;
    this.questions = new Questions(context);
  }

  get expansions(): Expansions {
    return (this.#expansions ??= new Expansions(this.args, this.domain));
  }
}
