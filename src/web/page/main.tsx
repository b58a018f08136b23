/** Where the page begins. */
import { render } from 'preact';
import { startLive } from './client/live.js';
import { eventsPath } from './client/paths.js';
import { App } from './shell/app.js';

const place = document.getElementById('page');
if (place !== null) render(<App />, place);
startLive(eventsPath);
