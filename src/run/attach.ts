import { KernelError } from '../core/errors.js';
import { keeperPath } from '../native/addon.js';
import { Keeper, type AttachCounts } from '../native/keeper.js';
import type { Session } from '../native/types.js';
import type { Interruption } from './interruption.js';
import type { Messages } from './messages.js';
import { planOf, type Preparation } from './prepare.js';

const PATIENCE_MS = 1000;
const FAILURES_SHOWN = 3;

/** The probes of one trace: attaches them, and lets go of them. */
export class Probes {
  readonly #keeper: Keeper;
  readonly #failures: string[] = [];
  #attaching = true;
  #impatient = false;

  constructor(
    private readonly preparation: Preparation,
    session: Session,
    private readonly messages: Messages,
  ) {
    const { table } = preparation;
    this.#keeper = new Keeper(keeperPath(), planOf(preparation, session), {
      progress: (counts) => {
        if (this.#attaching) messages.status(this.#counter(counts));
      },
      failed: (id, code) => this.#failures.push(`${table.names[id] ?? id}: ${code}`),
      detaching: (done, total) => {
        if (this.#impatient) messages.status(`Detaching (step ${done} of ${total})`);
      },
    });
  }

  /** Resolves when the keeper ends by itself. */
  get lost(): Promise<Error> {
    return this.#keeper.ended.then(
      (error) => error ?? new KernelError('the probe-keeper let go of the probes'),
    );
  }

  /** Attaches all probes; false if a signal came before. At least one is attached, or it throws. */
  async attach(interruption: Interruption, verbose: boolean): Promise<boolean> {
    this.messages.status(this.#counter({ succeeded: 0, failed: 0 }));
    const counts = await Promise.race([this.#keeper.attached, interruption.first]);
    this.#attaching = false;
    if (counts === undefined) return false;
    this.messages.status(this.#counter(counts));
    this.messages.endStatus();
    if (counts.succeeded === 0) throw this.#nothingAttached();
    if (verbose) this.#failures.forEach((failure) => this.messages.line(`Failed: ${failure}`));
    else if (counts.failed > 0) this.messages.line('Which functions failed, and how: --verbose');
    return true;
  }

  /** Detaches all probes; says so if it takes long. Throws if the keeper did not do it. */
  async detach(): Promise<void> {
    this.#keeper.detach();
    const timer = setTimeout(() => {
      this.#impatient = true;
      this.messages.status(
        'Detaching (a second Ctrl-C leaves at once, the probes are then removed behind it)',
      );
    }, PATIENCE_MS);
    const error = await this.#keeper.ended;
    clearTimeout(timer);
    this.messages.endStatus();
    if (error !== null) throw error;
  }

  #counter({ succeeded, failed }: AttachCounts): string {
    const { table, selected, traceable } = this.preparation;
    const filtered = table.size - selected.length;
    const untraceable = selected.length - traceable.length;
    const attached = `total ${table.size}, succeeded ${succeeded}, failed ${failed}`;
    return `Attaching program (${attached} filtered: ${filtered} untraceable: ${untraceable})`;
  }

  #nothingAttached(): KernelError {
    const { backend, table, traceable } = this.preparation;
    const examples = this.#failures.slice(0, FAILURES_SHOWN).join(', ');
    return new KernelError(
      `nothing was attached: backend ${backend.id} refused all of ${traceable.length} ${table.kind} (${examples})`,
      undefined,
      `another --backend, or other ${table.kind} with --regex`,
    );
  }
}
