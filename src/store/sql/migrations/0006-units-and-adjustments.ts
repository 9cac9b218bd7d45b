import type { Migration } from '../migration.ts';

/**
 * What is consumed beside tokens: images and characters by their number, stretches of time in milliseconds; the tier of service
 * that an attempt was charged at; prices for both. And adjustments: what an entry costs more or less than it says, since its
 * price was corrected. They have a sequence of their own, so that whoever sums entries up can follow them in the same way, and
 * they are never changed either. An entry without a price has one once there is an adjustment for it.
 */
export const unitsAndAdjustments: Migration = {
  version: 6,
  name: 'units and adjustments',
  statements: [
    ...['image', 'audio_second', 'video_second', '"character"', 'compute_second'].map(
      (column) => `alter table entries add column ${column} integer`,
    ),
    'alter table entries add column service_tier text',
    'alter table prices add column units text',
    'alter table prices add column service_tiers text',
    'drop index prices_once',
    `create unique index prices_once on prices (
      provider, model, valid_from, source, ifnull(input, -1), ifnull(cached_input, -1), ifnull(cache_write, -1),
      ifnull(cache_write_1h, -1), ifnull(audio_input, -1), ifnull(output, -1), ifnull(reasoning, -1), ifnull(audio_output, -1),
      ifnull(per_request, -1), ifnull(tiers, ''), ifnull(units, ''), ifnull(service_tiers, '')
    )`,
    `create table adjustments (
      sequence integer primary key,
      entry integer not null,
      number integer not null,
      request_id text not null,
      attempt integer not null,
      delta integer not null check (delta between -100000000000000000 and 100000000000000000),
      reason text not null,
      source text not null,
      at integer not null,
      batch text not null,
      unique (entry, number)
    ) strict`,
    'create index adjustments_request on adjustments (request_id)',
    `create trigger adjustments_never_change before update on adjustments
      begin select raise(abort, 'an adjustment is never changed'); end`,
    `create trigger adjustments_never_go before delete on adjustments
      begin select raise(abort, 'an adjustment is never deleted'); end`,
    'drop view requests',
    `create view requests as
      select
        closing.*,
        max(closing.attempt, ifnull((
          select max(attempt) from entries where request_id = closing.request_id and closing = 0
        ), 0)) as attempts,
        (select sum(delta) from adjustments where request_id = closing.request_id) as adjusted,
        case when (
          closing.cost is not null or exists (select 1 from adjustments where entry = closing.sequence)
        ) and not exists (
          select 1 from entries as other where request_id = closing.request_id and closing = 0 and cost is null
            and not exists (select 1 from adjustments where entry = other.sequence)
        ) then ifnull(closing.cost, 0) + ifnull((
          select sum(cost) from entries where request_id = closing.request_id and closing = 0
        ), 0) + ifnull((select sum(delta) from adjustments where request_id = closing.request_id), 0) end as total_cost
      from entries as closing
      where closing.closing = 1`,
  ],
};
