create table if not exists places (id serial primary key, place_id text not null unique, town text not null);
create table if not exists businesses (
  id serial primary key, place_id text not null unique, name text not null, address text, phone text, website text,
  rating double precision, seen_at timestamptz not null default now());
create table if not exists domains (
  id serial primary key, domain text not null unique, title text, description text, language text, phone text,
  seen_at timestamptz not null default now(), sitemap_analysis_status text not null default 'not_queued');
create table if not exists sitemap_files (
  id serial primary key, domain_id integer not null references domains, url text not null unique, urls integer,
  seen_at timestamptz not null default now());
create table if not exists pages (
  id serial primary key, domain_id integer not null references domains, url text not null unique, title text,
  seen_at timestamptz not null default now());
create table if not exists contacts (
  id serial primary key, page_id integer not null references pages, email text not null unique, email_verdict text,
  seen_at timestamptz not null default now());
create table if not exists queue_depths (
  queue text not null, at timestamptz not null default now(), due integer not null, later integer not null,
  working integer not null, done integer not null, dead integer not null);
create index if not exists queue_depths_at on queue_depths (queue, at);
