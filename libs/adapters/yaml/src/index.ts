export { DOCUMENTS_MAX, TEXT_LENGTH_MAX, YamlReader } from './yaml-reader.js';
