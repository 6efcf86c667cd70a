export { authenticateNobody, whoOf, type Authenticate } from './authenticate.ts';
export { isLoopbackAddress } from './addresses.ts';
export { readBody } from './body.ts';
export { onePart } from './connections.ts';
export { openCertificate, type Certificate, type CertificateFiles } from './certificate.ts';
export { csrfField, demandFromHere, sameText } from './csrf.ts';
export { accessOf, demandAction, openGuard, type Guard } from './guard.ts';
export { openEndpoints, type Endpoints, type PostMessage } from './endpoints.ts';
export { eventStream, type EventStream } from './events.ts';
export type { Access, ApiRoute, HomeContext, HomePart, Module, ThingContext } from './module.ts';
export {
  outbound,
  type Fetched,
  type GetOptions,
  type Outbound,
  type SendOptions,
  type Validators,
} from './outbound.ts';
export {
  failureOf as networkFailure,
  OutboundFailure,
  outboundReasons,
  type OutboundReason,
} from './outbound-failure.ts';
export {
  actions,
  anonymousPrincipal,
  systemPrincipal,
  type Action,
  type Principal,
  type Resource,
} from './principal.ts';
export { failedProofCost, networkOf, rateSizes } from './limits.ts';
export { openRates, type Rates } from './rates.ts';
export { whileAllowed } from './lasting.ts';
export { refuse } from './refusal.ts';
export { failureHeaders, problemDetails, TooOften, type ProblemDetails } from './problems.ts';
export { isLoopback } from './security.ts';
export { socketStream, type SocketStream } from './webSocket.ts';
export { listen, type DoorSettings, type HttpServer } from './listen.ts';
export { isNetwork, senderOf, type Sender } from './sender.ts';
export { createApp, problemResponse } from './server.ts';
