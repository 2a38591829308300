export { openEmbeddedPostgres, type EmbeddedPostgres } from './open-embedded-postgres.js';
