/** The engine names for users of the service, which may not import from src/engines. */
export { ENGINE_CHOICES, type EngineChoice } from '../engines/names.ts';
