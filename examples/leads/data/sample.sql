with
  place as (
    insert into places (place_id, town) values
      ('pl-bakery', 'Tregarth'), ('pl-plumber', 'Annecy'), ('pl-dentist', 'Lindau'), ('pl-bikes', 'Odense'),
      ('pl-vet', 'Silvermoor'), ('pl-hotel', 'Ronda'), ('pl-books', 'Tregarth'), ('pl-gym', 'Leith'),
      ('pl-garden', 'Silvermoor'), ('pl-gone', 'Annecy')
    returning id),
  business as (
    insert into businesses (place_id, name, address, phone, website, rating) values
      ('walk-in-1', 'Kerbside Coffee', '4 Quay Lane, Leith', '+44 131 496 0101', 'http://www.kerbside-coffee.example/?utm_source=map', 4.4),
      ('walk-in-2', 'Menuiserie Favre', '12 rue du Lac, Annecy', '+33 4 99 00 12 12', null, 4.9)
    returning id),
  domain as (
    insert into domains (domain) values ('kerbside-coffee.example'), ('tregarth-bakery.example'), ('quarry-garden.example')
    returning id, domain),
  asked as (
    insert into domains (domain, title, sitemap_analysis_status) values
      ('silvermoor-vets.example', 'Silvermoor Vets', 'queued'), ('fjordcykler.example', 'Fjordcykler', 'queued')
    returning id, domain),
  sitemap as (
    insert into sitemap_files (domain_id, url)
    select id, 'https://silvermoor-vets.example/sitemap.xml' from asked where domain = 'silvermoor-vets.example'
    returning id),
  page as (
    insert into pages (domain_id, url)
    select id, 'https://silvermoor-vets.example/' || path from asked, (values ('team.html'), ('privacy.html')) as path (path)
    where domain = 'silvermoor-vets.example'
    returning id, url)
insert into contacts (page_id, email)
select id, email from page, (values ('reception@silvermoor-vets.example'), ('nobody@silvermoor-vets.example')) as email (email)
where url like '%team.html'
