export { checkTemplate, type TemplateCheck } from './check-template.js';
export { previewTemplate, renderMessage, type Facts, type Rendered } from './render-message.js';
export { SMS_LENGTH_MAX, SUBJECT_LENGTH_MAX, WEB_TEXT_LENGTH_MAX, WEBHOOK_BODY_LENGTH_MAX } from './template-parts.js';
