import { answersOf, isFinal, positionIn } from './attempts.js';
import { Findings, type Rule } from './rule.js';

/** What was refused, dropped on purpose, delivered aside or changed nothing is not in the log. (What is seen is in the log: `seen-in-order`.) */
export const refused: Rule = {
  name: 'refused-unseen',
  needs: ['log'],
  judge(evidence) {
    const findings = new Findings();
    const logged = new Map<string, number>();
    for (const [room, events] of evidence.events) {
      for (const { asker, commandId, position, event } of events) {
        if (commandId !== '') logged.set(`${room}\n${asker}\n${commandId}`, position);
        if (event.kind?.$case === 'message') logged.set(`${room}\n${event.kind.value.account}\n${event.kind.value.commandId}`, position);
      }
    }
    for (const asked of evidence.asked) {
      const { sent, client } = asked;
      const answers = answersOf(asked);
      if (sent.commandId === '' || !isFinal(asked) || answers.some((answer) => positionIn(answer) > 0)) continue;
      const position = logged.get(`${sent.room}\n${client.account}\n${sent.commandId}`);
      const said = answers.map((answer) => (answer.$case === 'refused' ? answer.value.code : answer.$case)).join();
      const why =
        position === undefined || said === 'joined'
          ? undefined
          : `${sent.commandId} (${sent.ask.$case}): told ${said}, and it is in the log`;
      findings.check({ room: sent.room, account: client.account, position: position ?? 0 }, why);
    }
    return findings;
  },
};
