/** Cards that are asked for at the same moment, about the same visits, are one question: the server finds the visits once. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { askQuestion } from '../../api/hooks.ts';
import { REFRESH_MS } from '../../components/use-answer.ts';
import type { Base, Card, CardResult, WebResult } from './question.ts';

/** Cards of one page are shown within this time of each other. */
const TOGETHER_MS = 10;

export interface CardAnswer {
  readonly card: CardResult;
  readonly totals: WebResult['totals'];
}

interface Waiting {
  readonly card: Card;
  resolve(answer: CardAnswer): void;
  reject(error: unknown): void;
}
const batches = new Map<string, Waiting[]>();

function askCard(app: string, base: Base, card: Card): Promise<CardAnswer> {
  const key = JSON.stringify([app, base]);
  return new Promise((resolve, reject) => {
    const batch = batches.get(key);
    const waiting = { card, resolve, reject };
    // The server answers a card once.
    if (batch && !batch.some((other) => other.card.card === card.card)) {
      batch.push(waiting);
      return;
    }
    const own = [waiting];
    batches.set(key, own);
    setTimeout(() => {
      if (batches.get(key) === own) batches.delete(key);
      void answer(app, base, own);
    }, TOGETHER_MS);
  });
}

async function answer(app: string, base: Base, batch: readonly Waiting[]): Promise<void> {
  try {
    const { result } = await askQuestion(app, { kind: 'web', ...base, cards: batch.map(({ card }) => card) });
    for (const [i, { resolve }] of batch.entries()) resolve({ card: result.cards![i]!, totals: result.totals });
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}

export function useCard(app: string, base: Base, card: Card, enabled: boolean) {
  return useQuery({
    queryKey: ['answer', app, base, card],
    queryFn: () => askCard(app, base, card),
    enabled,
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
    staleTime: 15_000,
  });
}
