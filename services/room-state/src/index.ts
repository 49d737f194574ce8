export { composeRoomState, createRoomState, embeddedRoomStateParts, type RoomState, type RoomStateParts } from './compose.js';
export { roomStateTable, type RoomStateConfig } from './config.js';
export { settingsTable as roomStateSettingsTable, type Settings as RoomStateSettings } from './settings.js';
