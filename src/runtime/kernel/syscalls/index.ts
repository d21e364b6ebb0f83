/** The calls of the model, each a function on a task. */
export * from './attributes.js';
export * from './descriptors.js';
export * from './directories.js';
export * from './entries.js';
export * from './execute.js';
export * from './open.js';
export * from './request.js';
