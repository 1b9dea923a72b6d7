/** Domains at which anybody gets an address; belonging to one says nothing. */
export const publicMailDomains: ReadonlySet<string> = new Set([
  '126.com', '163.com', 'aim.com', 'aol.com', 'bk.ru', 'docomo.ne.jp', 'duck.com', 'ezweb.ne.jp', 'fastmail.com',
  'fastmail.fm', 'foxmail.com', 'free.fr', 'gmail.com', 'gmx.at', 'gmx.ch', 'gmx.com', 'gmx.de', 'gmx.net',
  'googlemail.com', 'hey.com', 'hotmail.co.uk', 'hotmail.com', 'hotmail.de', 'hotmail.fr', 'hushmail.com', 'icloud.com',
  'inbox.ru', 'laposte.net', 'libero.it', 'list.ru', 'live.com', 'mac.com', 'mail.com', 'mail.ru', 'mailbox.org',
  'mailinator.com', 'me.com', 'msn.com', 'naver.com', 'orange.fr', 'outlook.com', 'outlook.de', 'outlook.fr',
  'outlook.jp', 'pm.me', 'posteo.de', 'proton.me', 'protonmail.com', 'qq.com', 'rambler.ru', 'rediffmail.com', 'sina.com',
  'softbank.ne.jp', 't-online.de', 'tuta.com', 'tutanota.com', 'wanadoo.fr', 'web.de', 'ya.ru', 'yahoo.co.jp',
  'yahoo.co.uk', 'yahoo.com', 'yahoo.de', 'yahoo.fr', 'yandex.com', 'yandex.ru', 'yeah.net', 'zoho.com',
]); // biome-ignore format: a list is read in lines
