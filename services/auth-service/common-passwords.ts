/** Passwords of at least eight characters that everybody tries first, in lower case; what is shorter is refused anyway. */
export const commonPasswords: ReadonlySet<string> = new Set(
  `
  password password1 password12 password123 password1234 password12345 password! password1! password123! passw0rd
  p@ssword p@ssw0rd pa$$word passwort password01 mypassword passwords changeme changeme1 changeme123 changeit
  letmein1 letmein123 letmein! welcome1 welcome12 welcome123 welcome! welcome1! administrator admin123 admin1234
  admin12345 adminadmin admin@123 rootroot root1234 toortoor test1234 testtest testing1 testing123 tester12 guest123
  guest1234 demo1234 demodemo user1234 username default1 secret12 secret123 secretsecret
  qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 qwerty12345 qwerty123456 qwertyqwerty 1qaz2wsx 1qaz2wsx3edc
  1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y q1w2e3r4 q1w2e3r4t5 zaq12wsx zaq1zaq1 qazwsxedc qazwsx123 asdfghjk asdfghjkl asdfasdf
  asdf1234 zxcvbnm1 zxcvbnm123 azertyuiop qwertzuiop 1234qwer qwer1234 abcd1234 abc12345 abc123456 a1b2c3d4 aa123456
  a1234567 a12345678 a123456789 abcdefg1 abc123abc 123456789a 12345678a 123456abc 1234abcd 12341234 12344321 11223344
  112233445566 123123123 123321123 1234567890 12345678910 0123456789 0987654321 987654321 87654321 147258369 159753123
  741852963 789456123 123456781 123454321 1029384756 1122334455 1357924680 13579135 24681012 10203040 102030405060 12121212 13131313
  iloveyou iloveyou1 iloveyou2 iloveyou! ihateyou trustno1 whatever whatever1 football football1 baseball baseball1
  basketball superman superman1 batman123 spiderman starwars starwars1 pokemon1 pokemon123 princess princess1 sunshine
  sunshine1 shadow12 shadow123 michael1 jennifer jessica1 charlie1 michelle victoria samantha christian alexander
  elizabeth danielle computer computer1 internet internet1 microsoft samsung1 liverpool liverpool1 chelsea1 arsenal1
  barcelona manchester dragon12 dragon123 monkey12 monkey123 master12 master123 hello123 hello1234 hellohello helloworld
  helloworld1 freedom1 corvette mercedes maverick midnight mountain startrek stargate snoopy12 tinkerbell butterfly
  blink182 metallica slipknot nirvana1 chocolate cheese12 cookie123 banana12 pepper12 summer12 summer123 winter12
  winter123 spring12 spring123 autumn12 monday12 january1 february november december september iloveu12 lovelove
  loveyou1 babygirl babygirl1 angel123 sweetheart marlboro jordan23 killer12 killer123 access14 access123 letmeinnow
  opensesame sesame12 login123 logmein1 passpass pass1234 pass12345 pass@123 pa55word pa55w0rd passme123 temp1234
  temporary temppass newpassword oldpassword nopassword yourpassword thepassword private1 security security1 server12
  system12 oracle12 postgres postgres1 mysql123 raspberry ubuntu12 linux123 minecraft minecraft1 fortnite roblox12 google12
  google123 facebook facebook1 instagram youtube1 linkedin whatsapp
  `
    .trim()
    .split(/\s+/),
);
