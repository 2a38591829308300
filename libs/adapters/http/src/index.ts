export {
  HttpPersonStates,
  PATIENCE_DEFAULT,
  PROCESSORS_MAX,
  VIEW_BYTES_MAX,
  type HttpPersonStatesOptions,
} from './http-person-states.js';
