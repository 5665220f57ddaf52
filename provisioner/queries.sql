-- Statements that are too long to be read in Python. Each is found by its name.

-- name: claim
-- Takes up to :room stores that are due, and gives those that wait for a place one, oldest first,
-- while there are places. Call under the advisory lock "admit", so that two workers cannot count
-- the same free place.
with places as (
    select greatest(0, cast(:places as int) - count(*)) as free
    from stores
    where status = 'provisioning' and started_at is not null
), admitted as (
    select id
    from stores
    where status = 'provisioning' and started_at is null and type = any(cast(:engines as text[]))
    order by queued_at, id
    limit (select free from places)
), due as (
    select s.id
    from stores s
    where (s.claim_expires_at is null or s.claim_expires_at < clock_timestamp())
      and s.type = any(cast(:known as text[]))
      and case
          when s.status = 'provisioning' and s.started_at is null
          then s.id in (select id from admitted)
          else s.not_before <= clock_timestamp()
          end
    order by (s.status = 'deleting') desc, s.not_before nulls last
    limit :room
    for update skip locked
)
update stores s
set claimed_by = :worker,
    claim_expires_at = clock_timestamp() + make_interval(secs => :seconds),
    not_before = clock_timestamp() + make_interval(secs => :seconds),
    fence = s.fence + 1,
    started_at = case when s.status = 'provisioning' then coalesce(s.started_at, clock_timestamp())
                 else s.started_at end
from due
where s.id = due.id
returning s.*;

-- name: wake
-- Makes stores due at which the cluster shows something new; what is backing off after a refusal
-- stays as it is, and whoever has a claim sees the news himself. It waits for a row that is locked
-- just now, since a wake-up that is passed over is lost.
update stores
set not_before = clock_timestamp()
where id = any(cast(:ids as text[]))
  and attempt = 0
  and (claim_expires_at is null or claim_expires_at < clock_timestamp());

-- name: renew
-- Prolongs the claims of a worker, and keeps the seconds that each store has left.
update stores s
set claim_expires_at = clock_timestamp() + make_interval(secs => :seconds),
    not_before = clock_timestamp() + make_interval(secs => :seconds),
    time_left = case
        when s.status = 'provisioning' then coalesce(h.time_left, s.time_left)
        else s.time_left
        end
from unnest(cast(:ids as text[]), cast(:fences as bigint[]), cast(:left as double precision[]))
     as h (id, fence, time_left)
where s.id = h.id and s.fence = h.fence and s.claimed_by = :worker
  and s.claim_expires_at > clock_timestamp()
returning s.id;

-- name: next_due
-- Seconds until a store is due or a claim ends; null when nothing is to happen by itself. Stores
-- that wait for a place are left out: what frees a place announces itself.
select extract(epoch from min(greatest(not_before, coalesce(claim_expires_at, not_before)))
               - clock_timestamp())
from stores
where not_before is not null and not (status = 'provisioning' and started_at is null);

-- name: queue
-- The place of each store that waits for its turn, from 1.
select id, row_number() over (order by queued_at, id) as place
from stores
where status = 'provisioning' and started_at is null;

-- name: limit_rate
-- One attempt by the generic cell rate algorithm (ITU-T I.371): :burst at once, then one every
-- :interval seconds. Returns a row where the attempt is allowed, and none where it is not;
-- limits that no longer hold anybody up are taken away by the way.
with over as (
    delete from rate_limits where arrival < clock_timestamp() and key <> :key
)
insert into rate_limits as r (key, arrival)
values (:key, clock_timestamp() + make_interval(secs => :interval))
on conflict (key) do update
set arrival = greatest(r.arrival, clock_timestamp()) + make_interval(secs => :interval)
where r.arrival - clock_timestamp() <= make_interval(secs => :interval * (:burst - 1))
returning arrival;

-- name: release
-- Gives a claim back. A store whose generation has risen stays due at once.
update stores
set claimed_by = null,
    claim_expires_at = null,
    not_before = case
        when generation <> :generation then clock_timestamp()
        else clock_timestamp() + make_interval(secs => cast(:seconds as double precision))
        end
where id = :id and claimed_by = :worker and fence = :fence;

-- name: prune_timeline
-- Forgets at most :most lines that are older than :days days, the oldest first.
delete from store_events
where id in (
    select id from store_events
    where at < clock_timestamp() - make_interval(days => :days)
    order by at
    limit :most
);

-- name: usual_seconds
-- For each engine, the median of what its last twenty stores took from their start to Ready. A
-- store that is repaired later keeps both times; one that is retried starts anew.
select type, percentile_cont(0.5) within group (order by seconds) as seconds
from (
    select type,
           extract(epoch from ready_at - started_at) as seconds,
           row_number() over (partition by type order by ready_at desc) as place
    from stores
    where ready_at > started_at
) as taken
where place <= 20
group by type;

-- name: audit
-- What people and the platform did, newest first, on stores and on accounts. Each condition
-- counts only where its value is not empty.
select source, id, at, actor, kind, message, subject_id, subject, owner
from (
    select 'store' as source, e.id, e.at, e.actor, e.kind, e.message, e.store_id as subject_id,
           coalesce(s.name, e.store_id) as subject, coalesce(u.email, e.user_id) as owner
    from store_events e
    left join stores s on s.id = e.store_id
    left join users u on u.id = e.user_id
    union all
    select 'account', a.id, a.at, a.actor, a.kind, a.message, a.user_id, a.email, a.email
    from account_events a
) as lines
where (:source = '' or source = :source)
  and (:kind = '' or kind = :kind)
  and (:who = '' or actor = :who or owner = :who)
  and (not :for_others or (source = 'store' and actor <> owner and actor <> :platform))
  and (:words = '' or lower(concat_ws(' ', actor, kind, message, subject, owner))
       like :words)
  and (cast(:since as timestamptz) is null or at >= :since)
  and (cast(:until as timestamptz) is null or at < :until)
order by at desc, source, id desc
limit :most offset :first;

-- name: claims_held
-- Who works on what, and since when.
select s.id, s.name, u.email as owner, s.status, s.step, s.steps, s.attempt, s.claimed_by,
       s.claim_expires_at, s.started_at, s.updated_at
from stores s
join users u on u.id = s.user_id
where s.claimed_by is not null and s.claim_expires_at > clock_timestamp()
order by s.claimed_by, s.started_at nulls last, s.id;
