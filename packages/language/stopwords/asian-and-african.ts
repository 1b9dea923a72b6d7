/** Function words of languages of Asia and Africa; Japanese, Chinese and Thai as the word segmenter cuts them. */
export const asianAndAfrican: Readonly<Record<string, string>> = {
  id: `ada adalah adanya agar akan akhirnya antara apa apabila apakah atas atau bagi bagaimana bahkan bahwa banyak beberapa
    begitu belum berbagai berada bila bisa boleh bukan cara cukup dalam dan dapat dari daripada dengan demikian di dia dilakukan
    dimana diri dua guna hal hampir hanya harus hingga ia ialah ini itu jadi jangan jika juga kalau kami kamu karena kata
    ke kecuali kemudian kepada ketika kini kita lagi lain lainnya lalu lebih maka mana masih masing melalui melakukan memang
    mengapa menjadi menurut merupakan mereka meskipun mungkin namun nya oleh orang pada para paling pasti pernah pula pun
    saat saja salah sambil sampai sangat satu saya seorang sebab sebagai sebagaimana sebelum sebelumnya sebuah secara sedang
    sedangkan sejak selain selama selalu seluruh semua sementara sendiri seperti sering serta sesudah setelah setiap siapa
    suatu perlu masa mohon sini jadi karenanya tentu tapi hari bukanlah dengannya sudah supaya tahun tanpa tapi telah tentang terhadap termasuk tersebut tetapi tidak untuk walaupun yaitu yakni yang`,
  ms: `ada adalah agar akan akhirnya antara apa apabila apakah atas atau awak bagi bagaimana bahawa banyak beberapa beliau
    belum berada berkata boleh bukan dalam dan dapat daripada dari dengan di dia diri dua hanya harus hendak hingga ia ialah
    iaitu ini itu jadi jangan jika juga kami kata katanya ke kecuali kemudian kepada kerana ketika kini kita lagi lain lalu
    lebih maka mana masa masih melalui memang mengikut menerusi menjadi mereka merupakan mesti mungkin namun nak oleh orang
    pada para paling pelbagai perlu pernah pula pun saat sahaja saja saya sambil sampai sangat satu sebab sebagai sebelum
    sebuah secara sedang sejak selain selalu selama selepas seluruh semasa semua sendiri seorang seperti sering serta
    setelah setiap siapa sini suatu sudah supaya tanpa tapi telah tentang terhadap termasuk tersebut tetapi tidak tiada
    untuk wang walaupun yang`,
  vi: `anh ấy bạn bằng bao bây bị bởi cả các cái càng cần cho chỉ chiếc chính cho chúng chưa chứ có con còn cô cùng cũng của
    cứ do đã đang đây đấy để đến đều đi đó được đối đi gì giờ giữa hai hay hầu hết hoặc họ hơn hơn khác khi không kể là
    lại làm lên lúc mà mình mỗi một mọi muốn nên này nào nay năm nếu ngay người như nhưng nhiều nhất những nơi nó nữa
    ông phải qua quá ra rằng rất rồi sau sẽ so sự ta tại tất theo thì trong trên trước từ tới tôi tuy và vào vẫn về vì việc
    với vừa xuống`,
  tl: `ako alin ang ano apat aking amin ating ay bago bakit bawat dahil dahil dalawa dapat din dito doon gayunman ginawa hanggang
    hindi huwag iba ibang ikaw ilan ilang inyo isa isang ito iyon iyong ka kami kanila kanilang kanino kanya kanyang kapag
    kasama kaya kay ko kung laban lahat lamang lang likod lima maaari maaaring maging mahusay makita marami maraming mga may
    mayroon mula muli na nais nang naging ng nga ngayon ni nila nilang nito niya niyang noon noong o pa paano pag pagkatapos
    pamamagitan para pareho pero rin sa saan sarili si sila sino siya sinabi siyang subalit tatlo tayo tulad tungkol una
    upang wala walang`,
  sw: `ambao ambaye ambayo amba alikuwa ana baada baadhi bado basi bila bin cha chake chini hadi hapa hapo hata hivyo hii
    hilo hiyo hizo huku huo huyo ili ingawa ikiwa jinsi kabla kabisa kama kati katika kila kina kubwa kuhusu kuna kupitia
    kutoka kuwa kwa kwamba kwani kwenye la lakini lake leo licha mbali mimi moja mpaka mwaka na nafasi nao ndani ndio ni
    nini nje pamoja pia sana sasa sisi tena tu ule vile wa wake wakati wale wao watu wengi wengine wetu wewe wote ya yake
    yao yeye yote yule za zake zaidi zao`,
  yo: `àti bí bá bẹ̀rẹ̀ fi fún gbà gbogbo gẹ́gẹ́ gan inú jẹ́ jù kan kí kò láti lati lọ lórí mo mi mọ́ ní ni náà nínú ń ṣe ṣùgbọ́n ó ọ̀
    pẹ̀lú pé rẹ̀ sì sí ti tí tó wà wọn wọ́n yìí àwọn awon`,
  ku: `لە بە و کە بۆ ئەم ئەو ئەوە ئەوەی هەر دەکات دەبێت بووە بوو بکات نییە هەیە لەسەر لەگەڵ دوای پێش هەموو زۆر یەک دوو من تۆ
    ئێمە ئێوە ئەوان چی کێ کەی بەڵام یان`,
  ar: `أبو إذ إذا إذن أحد أخرى آخر أصبح أكثر ألا إلا التي الذي الذين اللتي اللذين إلى أم أما أمام أن إن أنا أنت أنه إنه أنها إنها
    أو أول أي أيضا أيضاً بأن بسبب بشكل بعد بعض بل بما بن به بها بين بينما تحت تكون تلك تم تمت ثم جدا جميع حتى حوله حول حيث حين
    خلال دون ذات ذلك سوف سيكون شيء ضد ضمن عام عبر عدد عدم عشر على عليه عليها عن عند عندما عنه عنها غير فإن فقط في فيه فيها فيما
    قال قبل قد كان كانت كانوا كذلك كل كما كم كنت كون كيف لا لأن لدى لذلك لقد لكن لكل لم لماذا لن له لها لهذا لهم لو ليس ليست ما
    ماذا مازال مثل مع معظم معه من منذ منه منها نحن نحو نفس نفسه هذا هذه هكذا هل هم هنا هناك هو هي وإن وأن واحد والتي والذي وقال
    وقد وكان وكانت ولا ولم ولن وهو وهي وفي ومن يا يكون يمكن يوم`,
  fa: `آن آنها آنان آنچه آیا از است استفاده اگر اما امروز او این اینکه با باید بر برای برخی بسیار بسیاری بعد بعضی بلکه بود
    بودن بودند بوده به بی بین تا تنها تو تواند توسط جز چرا چون چه چند حتی حدود خواهد خود خویش خیلی داد دادن دارد دارند داشت
    داشته در درباره دو دیگر دیگران را روی زیر زیرا سپس سوی شاید شد شدن شده شود شوند شما ضمن طور طبق علیه فقط قبل کرد کردن کرده
    کردند کس کسی کنار کند کنند کنیم که ما مانند مثل مگر من مورد می میان نباید نبود نه نیز نیست ها های هایی هر هستند هستیم هم
    همان همه همچنین همین هنوز هیچ و وقتی ولی وی یا یک یکی`,
  ur: `آپ اب ابھی اپنا اپنی اپنے اس اسی ان انہوں انہیں اور ایک ایسے باعث بارے بعد بھی بہت پر پھر تک تھا تھی تھے تھیں تو جب جس
    جن جو جہاں چاہئے حوالے خلاف درمیان دو دوران دوسرے دیا دیں رہا رہی رہے ساتھ سب سکتا سکتے سے طرح طور کا کر کرتے کرنا کرنے
    کچھ کہ کہا کہنا کسی کو کوئی کی کے کیا کیوں گا گئی گئے گی گے گیا لئے لیکن لیے مگر میں نہ نہیں نے وہ وہاں وہی والے ہر ہم
    ہو ہوا ہوئی ہوئے ہوتا ہوتی ہوتے ہوں ہونے ہی ہے ہیں یا یہ یہاں یہی`,
  he: `אבל או אולי אותה אותו אותי אותם אותן אחד אחר אחרי אחת איך אין אינו אינה איפה אך אל אלא אלה אלו אם אני אנחנו אנו אפילו אפשר
    אצל אשר את אתה אתם ב בגלל בה בו בין בכל במשך בלי בעוד בעל בתוך גם דרך ה הוא היא היה היו הייתה היתה הם הן הנה הרבה הזה הזאת
    הזו ואת והוא והיא ולא וכן ועל זאת זה זו חלק יותר יהיה יהיו יחד יש כאן כאשר כבר כדי כולם כי כל כך כלל כמו כמה כן כפי לא לאחר
    לבין לגבי לה להיות לו לי לך לכל לכן לכם למה למרות לנו לפי לפני מאד מאוד מאשר מה מול מי מכל ממנו ממש מן מעל מתוך מתי נגד
    עד עדיין על עליו עליה עם עצמו עכשיו פי פחות רק רב ש שאין שהוא שהיא שהם שוב של שלא שלה שלהם שלו שלי שלנו שם שכל תוך תחת`,
  yi: `און איז אין די דער דאָס דעם דאס א אן אַ אַן אַז אז אבער אָבער אויף אויך אויס איך ער זי זיי מיר איר האָט האט האָבן האבן געווען
    געװען ניט נישט ניט נאָר נאר פֿון פון פֿאַר פאר מיט צו ווי װי וואָס וואס װאָס װעט וועט זיך זיין זײַן ביי בײַ עס דא דאָ דורך`,
  hi: `अंदर अगर अधिक अन्य अपना अपनी अपने अब आदि आप इन इनके इस इसका इसकी इसके इसमें इसी इसे उन उनका उनकी उनके उनको उन्हें उन्होंने उस उसका उसकी
    उसके उसे एक एवं ऐसा ऐसी ऐसे और कई कब कर करता करते करना करने करें कहा का काफी कि कितना किन्तु किया किसी किसे की कुछ के केवल को कोई
    कौन क्या क्यों गई गए गया जब जा जाए जाता जाती जाते जाने जिन जिस जिसके जिससे जिसे जैसे जो तक तब तरह तथा तो था थी थे दिया दी दे द्वारा
    दो नहीं ना ने पर पहले फिर बहुत बात बाद बारे बीच भी मगर में मैं मेरे यदि यह यहाँ यहां यही या ये रहा रही रहे लिए लिये लेकिन व वह वहाँ
    वहां वही वाला वाली वाले वे सब सभी साथ से सकता सकते सकती हम हर ही हुआ हुई हुए हूँ है हैं हो होता होती होते होना होने`,
  mr: `अशा असे आणि आता आपल्या आपण आहे आहेत आज इतर एक एका ऑफ कमी करण्यात करून करणे काही काय कारण किंवा का की कोणत्याही केली केले केला
    गेला गेली घेऊन च्या चा ची चे झाला झाली झाले जर जात जाते जे ज्या तर तरी तसेच ता ती ते तो त्या त्यांच्या त्यांनी त्याच्या त्याला
    त्यामुळे दोन दिली दिले नंतर नाही नाहीत पण पर्यंत परंतु प्रत्येक पुन्हा पासून बद्दल मग मधील मध्ये माझ्या मात्र म्हणजे म्हणाले
    म्हणून मी मोठ्या या यांच्या यांनी येथे येथील लागले व वर सर्व सांगितले साठी सुरू हा ही हे होणार होत होता होती होते होईल`,
  ne: `अनि अनुसार अब आफ्नो आफू उनी उनको उनले उनीहरू एक एउटा एवं ऊ कति कसरी का कारण कि किन कुनै कुरा को गर्दा गर्न गर्ने गरे गरेको गरेका
    गर्नु छ छन् छैन जब जस्तो जुन त तर तथा तपाईं तिनी त्यो त्यस थियो थिए देखि दिए दुई धेरै न नै नेपालको पछि पनि पर्छ पर्ने बाट बीच बारे भए भएको
    भएका भन्दा भन्ने भने भनेर मा माथि मात्र म यस यसको यी यो र राख्न राम्रो रूपमा रहेको लाई ले लागि वा सँग सबै समेत सम्म सो हरू हाम्रो हामी
    हुँदा हुने हुन हुन्छ हो`,
  bn: `অথচ অথবা অনেক আগে আছে আজ আমরা আমাদের আমার আমি আর আরও ই এ এই এক একটি একটা এখন এখনও এটা এটি এবং এমন এর এরা ও ওই কখনও করতে করা
    করার করে করেছে করেন করেছেন কাছে কি কিছু কিন্তু কী কে কেন কেউ কোন কোনও কোনো গিয়ে চেয়ে ছিল ছিলেন জন্য জানান তবে তা তাই তাকে তাদের তার
    তারা তিনি তো থাকে থেকে দিয়ে দুই দেওয়া ধরে না নয় নিজের নিয়ে নেই পর পরে পর্যন্ত প্রতি বলে বলেন বা বিভিন্ন বেশি ভাবে মধ্যে মতো মাত্র
    যখন যা যায় যে যিনি যেমন শুধু সঙ্গে সব সবাই সময় সে সেই হচ্ছে হতে হবে হয় হয়ে হয়েছে হয়েছিল হলে হলো`,
  ja: `の は が を に で と も へ や か ね よ な ば て し た だ から まで より だけ ほど など ながら ので のに けど けれど けれども しかし
    また そして それで だから つまり なお ただし さらに および 及び または 又は もしくは する した して しています された される さ れ い いる いた いて
    います いました ある あり あった あっ あります ない なく なかった なっ なる なった なり なります です でした ます ました ません でき できる できます
    これ それ あれ この その あの ここ そこ あそこ どこ どの どれ こう そう ああ どう こんな そんな どんな こと もの ため よう とき ところ
    うち ほか 他 たち 私 僕 彼 彼女 我々 皆 的 という といった として とともに について によって により による に対して において における
    では には とは でも まま まだ もう もっと とても 非常 すべて 全て 各 同 約 等 中 上 下 前 後 時 さん くん ちゃん 氏 様 せ られ られる
    れる せる たい たく らしい みたい そうだ だろう でしょう でしょ ましょう ず ぬ ん って っ いう いっ 言っ 思い 思う 一 二 三 つ 何 誰 いつ なぜ`,
  zh: `的 地 得 了 着 着呢 过 是 在 有 和 与 及 或 而 但 但是 而且 并 并且 就 都 也 还 又 再 才 只 很 更 最 太 非常 不 没 没有 不是 别 我 你 他 她 它 我们
    你们 他们 她们 它们 自己 这 那 这个 那个 这些 那些 这样 那样 这里 那里 哪 哪里 什么 怎么 为什么 谁 多少 几 个 一 一个 一些 一样 一种 两 上 下 中 里
    内 外 前 后 时 之 以 为 为了 因为 所以 因此 如果 虽然 然而 不过 从 向 往 到 对 对于 关于 把 被 让 给 由 由于 跟 同 比 按 按照 根据 通过 经过 随着
    除了 可以 可能 能 能够 会 要 应该 必须 需要 想 说 看 去 来 做 使 等 等等 其 其他 其中 某 每 各 另 另外 已 已经 曾 正在 将 将要 仍 仍然 还是 或者
    以及 以后 以前 之后 之前 之间 之一 时候 现在 今天 本 该 此 如 如此 例如 吗 呢 吧 啊 呀 嘛 們 這 個 們的 這個 那個 這些 我們 他們 你們 她們 自己 說 為 為了
    與 對 對於 從 後 裡 還 還是 會 將 沒 沒有 過 來 讓 給 於 由於 個 麼 什麼 怎麼 為什麼 嗎 後來 已經 並 並且 雖然 因為 所以 應該 可能 時 時候 其實 並不`,
  ko: `가 가장 각 간 같은 같이 거나 것 것은 것을 것이 것이다 결국 경우 고 과 관련 그 그가 그것 그냥 그는 그들 그래서 그러나 그런 그런데 그럼 그리고 그의 근데 까지
    나 나는 내 너 너무 네 누가 누구 는 다 다른 다만 다시 당신 대한 대해 더 더욱 데 도 동안 된 된다 두 둘 듯 등 등을 등의 따라 따라서 때 때문 때문에 또 또는 또한 로
    를 마다 만 만약 많은 많이 매우 먼저 모두 모든 무슨 무엇 및 바로 밖에 반면 받은 별로 부터 보다 비해 뿐 상당히 새로운 서로 수 수가 스스로 아니 아니다 아니라 아주
    아직 안 않고 않는 않는다 않은 약 어느 어떤 어떻게 언제 얼마나 에 에게 에서 여기 여러 역시 예를 오늘 와 왜 우리 우리는 원래 위 위한 위해 으로 은 을 의 의해 이
    이것 이는 이다 이때 이라고 이란 이러한 이런 이를 이미 이번 이상 이제 이후 있고 있는 있다 있다고 있습니다 있었다 있으며 있을 자기 자신 잘 저 전 전혀 점 정말 제 제가
    조금 좀 중 즉 지금 지난 쪽 처럼 최근 통해 특히 하게 하고 하나 하는 하다 하면 하지만 한 한다 한다고 할 함께 해 해서 했다 했다고 했습니다 현재 후 합니다 입니다`,
  th: `และ ที่ ใน ของ เป็น มี ได้ ให้ จะ ไม่ กับ การ ว่า จาก หรือ นี้ นั้น ก็ แต่ โดย ความ ซึ่ง เพื่อ ไป มา อยู่ แล้ว คือ เมื่อ ถ้า ถึง ต้อง กว่า ตาม
    อย่าง เพราะ ยัง ด้วย เรา เขา ผม ฉัน คุณ มัน พวก ทั้ง ทุก บาง หลาย มาก น้อย ขึ้น ลง ออก เข้า อีก เอง กัน ไว้ นะ ครับ ค่ะ คะ จึง ดัง เช่น ผู้ คน สิ่ง
    อะไร ใคร ไหน ทำไม อย่างไร เท่านั้น เลย แห่ง ต่อ ระหว่าง ก่อน หลัง ขณะ เคย กำลัง ถูก ตั้งแต่ จน หาก แม้ ส่วน`,
};
