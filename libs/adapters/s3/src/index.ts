export { openS3Objects, type S3Options } from './s3-objects.js';
