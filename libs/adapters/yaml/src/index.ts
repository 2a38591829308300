export { DEPTH_MAX, ITEMS_MAX } from './bounded-tokens.js';
export { DOCUMENTS_MAX, TEXT_LENGTH_MAX, YamlReader } from './yaml-reader.js';
export { writeYaml } from './write-yaml.js';
