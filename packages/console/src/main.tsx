import { render } from 'preact';
import { App } from './app.js';
import { Chat } from './chat.js';
import './style.css';

const asked = new URLSearchParams(location.search).get('room') ?? 'lobby';
const room = /^[A-Za-z0-9_-]{1,64}$/.test(asked) ? asked : 'lobby';
document.title = `${room} · Plaza`;

const chat = new Chat(room);
render(<App chat={chat} />, document.getElementById('app')!);
void chat.start();
