import { afterAll, beforeAll, describe } from '@jest/globals';
import { tellAudit } from './audit.story.js';
import { tellClosing } from './closing.story.js';
import { tellMembers } from './members.story.js';
import { tellMessages } from './messages.story.js';
import { tellModeration } from './moderation.story.js';
import { tellMutedWhileRacing } from './muted-while-racing.story.js';
import { tellQueue } from './queue.story.js';
import { tellRoles } from './roles.story.js';
import { Scene } from './scene.js';
import type { World } from './world.js';

/** Everything that a room does, told in one world; what restarts it comes last. */
export function tellWholeRoom(makeWorld: () => Promise<World>): void {
  describe('a whole room', () => {
    let scene: Scene;
    beforeAll(async () => {
      scene = new Scene(await makeWorld());
    }, 180_000);
    afterAll(() => scene.world.stop(), 60_000);
    for (const tell of [tellRoles, tellModeration, tellMutedWhileRacing, tellMessages, tellMembers, tellQueue, tellClosing, tellAudit])
      tell(() => scene);
  });
}
