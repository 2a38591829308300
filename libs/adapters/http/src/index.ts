export { CollectorClient, TROUBLE_MAX, type CollectorClientOptions, type RefusedCall } from './collector-client.js';
export {
  ANSWER_DEFAULT,
  ControlClient,
  ControlRefusal,
  type ControlClientOptions,
  type MessageFilter,
  type TextProblem,
  type Why,
  WHY_DEFAULT,
} from './control-client.js';
export {
  HttpPersonStates,
  ON_THE_WAY,
  PATIENCE_DEFAULT,
  PROCESSORS_MAX,
  UNREACHABLE_MAX,
  VIEW_BYTES_MAX,
  WHY_BYTES_MAX,
  WHY_PATIENCE_DEFAULT,
  type HttpPersonStatesOptions,
} from './http-person-states.js';
