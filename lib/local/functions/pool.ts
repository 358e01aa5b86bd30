/**
 * Keeps the environments of all functions of a folder: one invocation at a time in each, warm ones
 * first, more of them where calls would wait too long, never more than the limit. It knows nothing of
 * files, nor of what an answer means.
 */
import type { Answer, Environment, Request } from "./environment.ts";
import { Reaper } from "./reaper.ts";

/** What an environment is started for. A new `version` of a function ends the environments of the old one. */
export interface Program {
  readonly name: string;
  readonly file: string;
  readonly version: string;
  /** The runtime's program, as the environment takes it. */
  readonly runtime: string;
}

export interface PoolOptions {
  readonly start: (program: Program) => Environment;
  /** How many processes there may be at once, over all functions. */
  readonly limit: number;
  /** How long one may idle. */
  readonly idleMilliseconds: number;
}

/** All environments of one function, and the calls that wait for one of them. */
interface Crew {
  program: Program;
  size: number;
  /** Those that have not loaded their module yet. */
  loading: number;
  /** The last one used comes first. */
  readonly idle: Member[];
  readonly waiting: Set<Job>;
  growth?: NodeJS.Timeout;
}

interface Member {
  readonly crew: Crew;
  readonly version: string;
  readonly environment: Environment;
  loading: boolean;
  idleSince: number;
  dismissed: boolean;
}

interface Job {
  readonly request: Request;
  readonly since: number;
  readonly settle: (answer: Answer) => void;
  member?: Member;
}

/**
 * How long a call waits for a warm environment before another one is started: a start costs about
 * 50 ms of a processor, so many short calls are better off waiting in turn.
 */
const patienceMilliseconds = 20;

/** Of all pools: a program may open many, and Node warns of more than ten listeners. */
const atExit = new Set<() => void>();
const killAtExit = (): void => {
  for (const kill of atExit) kill();
};

export class Pool {
  readonly #options: PoolOptions;
  readonly #crews = new Map<string, Crew>();
  /** Crews that wait for room. */
  readonly #starved = new Set<Crew>();
  readonly #members = new Set<Member>();
  readonly #reaper = new Reaper();
  readonly #sweep: NodeJS.Timeout;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#sweep = setInterval(() => this.#dismissIdle(), options.idleMilliseconds / 2).unref();
    if (atExit.size === 0) process.once("exit", killAtExit);
    atExit.add(this.#killAll);
  }

  /** Rejects only with the signal's reason; then the function was ended, if it ran. */
  run(program: Program, request: Request, signal: AbortSignal): Promise<Answer> {
    const crew = this.#crewOf(program);
    return new Promise((resolve, reject) => {
      const settle = (answer: Answer) => {
        signal.removeEventListener("abort", abort);
        resolve(answer);
      };
      const job: Job = { request, since: performance.now(), settle };
      const abort = () => {
        crew.waiting.delete(job);
        if (job.member !== undefined) this.#dismiss(job.member);
        this.#serveAll(crew);
        reject(signal.reason);
      };
      if (this.#closed) return;
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener("abort", abort, { once: true });
      crew.waiting.add(job);
      this.#serve(crew);
    });
  }

  /** Ends every process. Calls that run, wait or come later are never answered: nobody knows what they came to. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweep);
    atExit.delete(this.#killAll);
    if (atExit.size === 0) process.off("exit", killAtExit);
    for (const crew of this.#crews.values()) clearTimeout(crew.growth);
    const ends = [...this.#members].map((member) => member.environment.ended);
    this.#killAll();
    this.#reaper.close();
    await Promise.all(ends);
  }

  readonly #killAll = () => {
    for (const member of [...this.#members]) this.#dismiss(member);
  };

  #crewOf(program: Program): Crew {
    let crew = this.#crews.get(program.name);
    if (crew === undefined) {
      crew = { program, size: 0, loading: 0, idle: [], waiting: new Set() };
      this.#crews.set(program.name, crew);
    }
    if (crew.program.version !== program.version) {
      crew.program = program;
      const own = [...this.#members].filter((member) => member.crew === crew);
      // One that loads is as obsolete: nobody waits for it in particular, and it may never come to an end.
      for (const member of own) if (member.loading || crew.idle.includes(member)) this.#dismiss(member);
    }
    return crew;
  }

  #serve(crew: Crew): void {
    for (const job of crew.waiting) {
      const member = crew.idle.pop();
      if (member === undefined) {
        this.#grow(crew, job);
        return;
      }
      crew.waiting.delete(job);
      this.#assign(member, job);
    }
    this.#starved.delete(crew);
  }

  #serveAll(first: Crew): void {
    this.#serve(first);
    for (const crew of this.#starved) this.#serve(crew);
  }

  #assign(member: Member, job: Job): void {
    job.member = member;
    void member.environment.run(job.request).then((answer) => {
      delete job.member;
      this.#release(member);
      job.settle(answer);
    });
  }

  #release(member: Member): void {
    const { crew, environment, version } = member;
    const obsolete = !environment.usable || version !== crew.program.version;
    const neededElsewhere = this.#starved.size > 0 && (crew.waiting.size === 0 || crew.size > 1);
    if (obsolete || neededElsewhere) {
      this.#dismiss(member);
    } else {
      member.idleSince = performance.now();
      crew.idle.push(member);
    }
    this.#serveAll(crew);
  }

  /**
   * Another environment, if the call has waited long enough and there is room; else it is tried again.
   * The call does not wait for this one in particular: a warm one may be free before it has loaded.
   */
  #grow(crew: Crew, oldest: Job): void {
    if (crew.loading > 0) return;
    const patience = crew.size === 0 ? 0 : oldest.since + patienceMilliseconds - performance.now();
    if (patience > 0) {
      clearTimeout(crew.growth);
      crew.growth = setTimeout(() => this.#serve(crew), patience);
    } else if (this.#members.size < this.#options.limit || this.#makeRoom()) {
      this.#start(crew);
    } else {
      this.#starved.add(crew);
    }
  }

  #start(crew: Crew): void {
    const environment = this.#options.start(crew.program);
    const { version } = crew.program;
    const member: Member = { crew, version, environment, loading: true, idleSince: 0, dismissed: false };
    this.#members.add(member);
    this.#tellReaper();
    this.#starved.delete(crew);
    crew.size += 1;
    crew.loading += 1;
    void this.#accompany(member);
  }

  async #accompany(member: Member): Promise<void> {
    const { crew, environment } = member;
    await environment.loaded;
    member.loading = false;
    crew.loading -= 1;
    const [oldest] = crew.waiting;
    if (environment.usable || member.dismissed || oldest === undefined) {
      this.#release(member);
    } else {
      // It could not be loaded: somebody has to be told why, or it would be tried for ever.
      crew.waiting.delete(oldest);
      this.#assign(member, oldest);
    }
    await environment.ended;
    this.#dismiss(member);
    this.#serveAll(crew);
  }

  #dismiss(member: Member): void {
    if (member.dismissed) return;
    member.dismissed = true;
    const { crew, environment } = member;
    this.#members.delete(member);
    crew.size -= 1;
    crew.idle.splice(0, crew.idle.length, ...crew.idle.filter((other) => other !== member));
    environment.kill();
    this.#tellReaper();
  }

  #tellReaper(): void {
    this.#reaper.watch([...this.#members].flatMap(({ environment }) => environment.processId ?? []));
  }

  /** Ends the environment that has been idle for longest. */
  #makeRoom(): boolean {
    const idle = [...this.#crews.values()].flatMap((crew) => crew.idle);
    const [oldest] = idle.sort((a, b) => a.idleSince - b.idleSince);
    if (oldest !== undefined) this.#dismiss(oldest);
    return oldest !== undefined;
  }

  #dismissIdle(): void {
    const since = performance.now() - this.#options.idleMilliseconds;
    for (const crew of this.#crews.values()) {
      for (const member of [...crew.idle]) if (member.idleSince < since) this.#dismiss(member);
    }
  }
}
