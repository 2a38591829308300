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
  PATIENCE_DEFAULT,
  PROCESSORS_MAX,
  VIEW_BYTES_MAX,
  WHY_BYTES_MAX,
  WHY_PATIENCE_DEFAULT,
  type HttpPersonStatesOptions,
} from './http-person-states.js';
