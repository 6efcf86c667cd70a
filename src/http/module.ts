import type { Hono } from 'hono';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Guard } from './guard.ts';
import type { Action, Principal } from './principal.ts';

/**
 * What a folder such as `ingest/` or `reports/` gives to the platform. `main.ts` makes the modules bottom up and hands
 * them to the server; everything but the name is optional.
 */
export type Module = {
  readonly name: string;
  /** Adds pages and API routes. Paths are absolute; each module owns the prefixes that its README names. */
  readonly routes?: (app: Hono) => void;
  /**
   * What a request to each of its routes does, for the policy: `{ 'GET /sources': 'readSources' }`, paths as the router
   * knows them, without language. A route that is not named here keeps the server from starting.
   */
  readonly access?: Access;
  /** What it describes of its routes below `/api`. */
  readonly api?: readonly ApiRoute[];
  /** Paths, without language, whose bodies are read as they come and may be large; others have at most 1 MB. */
  readonly streams?: readonly RegExp[];
  /**
   * Hot routes that sit directly on node:http; asked before Hono. They ask the guard themselves, and name what they do in
   * `access` all the same. Returns false when the path is not its own.
   */
  readonly handle?: (request: IncomingMessage, response: ServerResponse, guard: Guard) => boolean;
  /** Takes a connection that wants another protocol (WebSocket). Returns false when the path is not its own. */
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer, guard: Guard) => boolean;
  /** What the module has to say on the home page, in words of the reader's language. */
  readonly home?: (context: HomeContext) => Promise<HomePart>;
  /** What `who` can do with a thing of the city, as links on its page, in words of the reader's language. */
  readonly thing?: (context: ThingContext) => Promise<readonly { href: string; text: string }[]>;
  /** Entries of the navigation, in words of the reader's language; those that `who` may not open are left out by others. */
  readonly navigation?: (
    language: string,
    who: Principal,
  ) => readonly { href: string; text: string; /** The entry on whose pages it stands. */ below?: string }[];
  readonly start?: () => Promise<void>;
  /** Stops taking, finishes what was taken. Called top down before the stores close. */
  readonly stop?: () => Promise<void>;
};

/** `METHOD /path` of a route to what it does. */
export type Access = Readonly<Record<string, Action>>;

/** A route below `/api` as its module describes it, for the OpenAPI document. */
export type ApiRoute = {
  /** Its id in the document. */
  readonly name: string;
  readonly method: 'GET' | 'POST';
  /** `/api/imports/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: 'query' | 'path' | 'header';
    readonly description: string;
    /** Default: a text. */
    readonly schema?: Readonly<Record<string, unknown>>;
    readonly required?: boolean;
    readonly example?: string;
  }[];
  readonly body?: { readonly media: string; readonly schema?: Readonly<Record<string, unknown>> };
  /** By status; without `media` there is no body. */
  readonly answers: Readonly<
    Record<
      number,
      {
        readonly description: string;
        readonly media?: string;
        readonly schema?: Readonly<Record<string, unknown>>;
      }
    >
  >;
};

export type HomeContext = { readonly language: string; readonly now: number };

/** An entity: its id and types (IRIs), and who looks at it. */
export type ThingContext = {
  readonly id: string;
  readonly types: readonly string[];
  readonly language: string;
  readonly who: Principal;
};

/** Plain data: the home page knows how it looks. Texts are in the reader's language, paths without host. */
export type HomePart = {
  /** What needs attention, worst first. */
  readonly attention?: readonly {
    readonly severity: 'trouble' | 'warn';
    readonly title: string;
    readonly text?: string;
    readonly href: string;
    readonly sinceMs?: number;
    readonly where?: string;
    readonly location?: readonly [number, number];
    readonly simulated: boolean;
  }[];
  /** A few numbers that open the page, most important first. */
  readonly numbers?: readonly {
    readonly value: string;
    readonly label: string;
    readonly proof: string;
    readonly simulated: boolean;
  }[];
  /** Freshness of what feeds the city. */
  readonly freshness?: readonly {
    readonly name: string;
    readonly detail: string;
    readonly href: string;
    readonly lastMs?: number;
    readonly state: 'fresh' | 'late' | 'silent' | 'never';
    readonly simulated: boolean;
  }[];
};
