export {
  ANSWER_DEFAULT,
  ControlClient,
  ControlRefusal,
  type ControlClientOptions,
  type MessageFilter,
  type TextProblem,
} from './control-client.js';
export {
  HttpPersonStates,
  PATIENCE_DEFAULT,
  PROCESSORS_MAX,
  VIEW_BYTES_MAX,
  type HttpPersonStatesOptions,
} from './http-person-states.js';
