import type { Command, CommandValue, Context, CreatedRoom, Decision } from '../types.js';

/** What one command comes to in a room that was created. */
export type Handler<C extends Command['$case']> = (room: CreatedRoom, value: CommandValue<C>, context: Context) => Decision;
export type Handlers<C extends Command['$case']> = { readonly [K in C]: Handler<K> };
